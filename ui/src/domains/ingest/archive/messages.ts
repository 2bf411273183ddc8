import { messages } from "@/kernel/i18n";

export const D = messages({
  download: ["下载原文", "Download"],
  text: ["文本内容", "Text"],
  show: ["显示文本", "Show the text"],
  noText: ["此类文档没有文本层", "A document of this kind has no text layer"],
  same: ["相同内容的文档", "Documents of the same content"],
  documents: ["已采集的文档", "Its documents"],
  refused: ["未收的文件（过大，或采集时被改写）", "Files left out (too large, or written meanwhile)"],
  unreadable: ["无法读取的文档", "Those that cannot be read"],
});
