import { messages } from "@/kernel/i18n";

export const X = messages({
  mirrors: ["镜像表", "Mirrored tables"],
  open: ["查看数据", "See the rows"],
  empty: [
    "还没有数据：接收到批次并同步后，这里是源表当前的样子",
    "Nothing yet: the rows appear once a batch has been taken in",
  ],
  standing: ["第 {number} 批 · 数据截至 {time} · {rows} 行", "Batch {number} · data as of {time} · {rows} rows"],
  behind: ["落后 {count} 批", "{count} batches behind"],
  off: ["已停用", "Off"],
  clear: ["显示明文", "Show in the clear"],
});
