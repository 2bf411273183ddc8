import { messages } from "@/kernel/i18n";

export const D = messages({
  title: ["源表结构变化", "The source table has changed"],
  stopped: ["映射用到的字段已变化，采集已停止", "The mapping uses what has changed: runs are stopped"],
  goesOn: ["映射未用到，采集继续", "The mapping uses none of it: runs go on"],
  column: ["字段", "Column"],
  change: ["变化", "Change"],
  added: ["新增", "Added"],
  removed: ["删除", "Removed"],
  retyped: ["类型改变", "Retyped"],
  was: ["原类型", "Was"],
  is: ["现类型", "Is"],
  proposal: ["映射建议", "Mapping proposed"],
  became: ["疑似改名为 {column}", "Looks renamed to {column}"],
  cameFrom: ["疑似由 {column} 改名而来", "Looks to have been {column}"],
  unmapped: ["不映射", "none"],
  keep: ["映射不变，接受新类型", "Mapping as it is, with the new type"],
  nothing: ["映射不变", "Mapping as it is"],
  apply: ["采纳建议", "Take with proposals"],
  only: ["仅确认变化", "Take the columns only"],
  taken: ["已采纳，可继续采集", "Taken; runs go on"],
});
