import { messages } from "@/kernel/i18n";

export const M = messages({
  make: ["立即备份", "Back up now"],
  title: ["新建备份", "New backup"],
  what: [
    "备份数据库和数据湖在同一时刻的全部内容，期间照常使用。主密钥不在备份中，请另行保管。",
    "Database and lake as of one moment, while work goes on. The master key is not part of it: keep it apart.",
  ],
  note: ["说明（可不填）", "Note (optional)"],
  began: ["备份", "Backup"],
  how: [
    "还原在空的数据库与数据湖上运行：suwen backup restore 目录",
    "A restore fills an empty database and lake: suwen backup restore FOLDER",
  ],
});
