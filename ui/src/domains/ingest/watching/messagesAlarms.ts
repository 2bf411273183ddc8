import { messages } from "@/kernel/i18n";

export const A = messages({
  acknowledge: ["确认告警", "Acknowledge"],
  acknowledged: ["已确认", "Acknowledged"],
  note: ["处理说明", "Note"],
  noteHint: ["已做或将做的处理，例如：已联系医院信息科，今晚恢复接口", "What was or will be done about it"],
  acknowledgedBy: ["{name} 于 {at} 确认", "Acknowledged by {name} at {at}"],
  clearedGone: ["{at} 情况消失，自动恢复", "Cleared by itself at {at}: it is so no longer"],
  clearedOff: ["{at} 因规则或任务停用、移除而关闭", "Closed at {at}: rule or feed was switched off or removed"],
  batches: ["该任务的批次", "Batches of the feed"],
  source: ["数据源", "Source"],
  history: ["该任务的全部告警", "All alarms of the feed"],
});
