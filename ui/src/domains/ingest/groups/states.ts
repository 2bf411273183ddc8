import { type Message, messages } from "@/kernel/i18n";

const S = messages({
  waiting: ["等待", "Waiting"],
  queued: ["排队", "Queued"],
  running: ["运行中", "Running"],
  succeeded: ["成功", "Succeeded"],
  failed: ["失败", "Failed"],
  skipped: ["已跳过", "Left out"],
  cancelled: ["已取消", "Cancelled"],
});

/** How a state of a run or a member is called, and in which of antd's colours it is shown. */
export const STATES: Record<string, { label: Message; color: string }> = {
  waiting: { label: S.waiting, color: "default" },
  queued: { label: S.queued, color: "cyan" },
  running: { label: S.running, color: "processing" },
  succeeded: { label: S.succeeded, color: "success" },
  failed: { label: S.failed, color: "error" },
  skipped: { label: S.skipped, color: "warning" },
  cancelled: { label: S.cancelled, color: "default" },
};
