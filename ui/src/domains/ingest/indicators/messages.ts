import { messages } from "@/kernel/i18n";

export const I = messages({
  try: ["试运行", "Try"],
  tryDays: ["试运行的日期", "Days to try"],
  tryFeeds: ["请先选择采集任务", "Choose the feeds first"],
  tried: ["{first} 至 {last}，共 {count} 条", "{first} to {last}, {count} lines"],
  hiddenLines: ["无查看数据行的权限，数值不显示", "You may not see rows, so no values are shown"],
  day: ["业务日", "Business day"],
  item: ["项目", "Item"],
  value: ["数值", "Value"],
  there: ["源端数值", "At the source"],
  here: ["平台数值", "On the platform"],
  gap: ["差值", "Gap"],
  allEqual: ["全部数值一致", "All figures agree"],
  differing: ["不一致的数值", "Figures that differ"],
  before: ["发现时", "When found"],
  after: ["关闭时", "When closed"],
  closedBy: ["已由 {name} 说明原因后关闭", "Closed by {name} with an explanation"],
  closedEqual: ["再次核对一致，已关闭（{name}）", "Equal again, closed ({name})"],
  closedRemoved: ["指标已删除，差异随之关闭", "Closed when the indicator was removed"],
  byItself: ["自动核对", "automatic check"],
  explain: ["说明原因并关闭", "Explain and close"],
  explainHint: [
    "说明为何此差异无需处理；只要数值不变，以后的核对不再重新打开。",
    "Say why nothing has to be mended; while the figures stay as they are, later checks do not open it again.",
  ],
  explained: ["差异已关闭", "Closed"],
});
