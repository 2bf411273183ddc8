import { messages } from "@/kernel/i18n";

export const J = messages({
  life: ["生命周期", "Life"],
  waits: ["等待原因：{why}", "Why it waits: {why}"],
  ahead: ["前面还有 {count} 个任务", "{count} go before it"],
  begins: ["预计 {at} 开始", "begins about {at}"],
  unknown: ["开始时间暂无法估计", "when it begins cannot be told yet"],
  created: ["创建并排队", "Created, queued"],
  queued: ["重新排队", "Queued again"],
  running: ["开始运行（第 {attempt} 次）", "Began (start {attempt})"],
  waiting: ["失败，等待重试", "Failed, waits to retry"],
  paused: ["暂停", "Paused"],
  succeeded: ["成功", "Succeeded"],
  failed: ["失败", "Failed"],
  cancelled: ["取消", "Cancelled"],
  after: ["历时 {time}", "after {time}"],
  lists: ["相关", "Related"],
  rules: ["任务节点资源配置", "Resources of nodes"],
  kind: ["任务配置", "Kind of task"],
  runs: ["同类任务", "Runs of this kind"],
  nodes: ["任务节点", "Nodes of work"],
  nodeRules: ["此节点的资源规则", "Rules of this node"],
});
