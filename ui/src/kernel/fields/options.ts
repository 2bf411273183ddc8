import type { Language, Message } from "../i18n";

interface Option {
  value: string;
  label: string;
  label_en?: string;
}

/** States and kinds that many rooms use: the API names options in Chinese only, and some not at all. */
const WORDS: Record<string, Message> = {
  queued: ["排队", "Queued"],
  running: ["运行中", "Running"],
  waiting: ["等待重试", "Waiting to retry"],
  succeeded: ["成功", "Succeeded"],
  success: ["成功", "Success"],
  held: ["待确认", "To be confirmed"],
  failed: ["失败", "Failed"],
  cancelled: ["已取消", "Cancelled"],
  capturing: ["采集中", "Capturing"],
  landed: ["已接收", "Landed"],
  standardised: ["已标准化", "Standardised"],
  unchanged: ["无变化", "Unchanged"],
  full: ["全量", "Full"],
  timestamp: ["时间戳增量", "By timestamp"],
  compare: ["全表比对", "By comparison"],
  replay: ["重放", "Replay"],
  plan: ["全量", "Full run"],
  batch: ["批次增量", "By batch"],
  critical: ["致命", "Critical"],
  major: ["严重", "Major"],
  minor: ["一般", "Minor"],
  completeness: ["完整性", "Completeness"],
  conformity: ["规范性", "Conformity"],
  consistency: ["一致性", "Consistency"],
  accuracy: ["准确性", "Accuracy"],
  uniqueness: ["唯一性", "Uniqueness"],
  timeliness: ["及时性", "Timeliness"],
  relation: ["关联性", "Relation"],
  insert: ["新增", "Insert"],
  update: ["修改", "Update"],
  delete: ["删除", "Delete"],
  published: ["已发布", "Published"],
  draft: ["草案", "Draft"],
  retired: ["已废止", "Retired"],
  table: ["表", "Table"],
  view: ["视图", "View"],
  file: ["文件", "File"],
  sheet: ["工作表", "Sheet"],
  call: ["接口", "Web service"],
};

/** An option in the reader's language; its own label stands unless it is only a code in disguise. */
export function optionLabel(option: Option, language: Language): string {
  const words = WORDS[option.value];
  if (language === "en") {
    const own = option.label_en?.toLowerCase() === option.value.toLowerCase() ? undefined : option.label_en;
    return own ?? words?.[1] ?? option.label_en ?? option.label;
  }
  return words && !/[\u4e00-\u9fff]/.test(option.label) ? words[0] : option.label;
}
