import { messages } from "@/kernel/i18n";

export const H = messages({
  title: ["行的历史", "Row history"],
  note: [
    "按源主键查一行：每次变更的前后值、批次与时间，以及它在某一时刻的样子。",
    "One row by its source key: every change with before and after, batch and time; and how it stood at a moment.",
  ],
  feeds: ["采集任务", "Feeds"],
  at: ["时刻", "Moment"],
  atNow: ["现在", "Now"],
  look: ["查询", "Look up"],
  clear: ["显示明文", "Unmask"],
  changes: ["变更", "Changes"],
  changeCount: ["{count} 次", "{count}"],
  inserted: ["新增", "Inserted"],
  updated: ["修改", "Updated"],
  deleted: ["删除", "Deleted"],
  batch: ["批次 {number}", "Batch {number}"],
  column: ["源列", "Source column"],
  before: ["变更前", "Before"],
  after: ["变更后", "After"],
  state: ["该时刻的状态", "State at that moment"],
  stateNow: ["当前状态", "State now"],
  noRow: ["此时没有这一行", "There was no such row"],
  value: ["值", "Value"],
  none: ["没有收到过该主键的行", "No row with this key was ever received"],
  open: ["行的历史", "Row history"],
});
