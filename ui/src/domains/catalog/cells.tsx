import { Tag, Tooltip } from "antd";
import dayjs from "dayjs";
import { formatDate, formatPercent } from "@/kernel/format";
import { useLanguage, useT, useTitle } from "@/kernel/i18n";
import type { CellProps } from "@/kernel/resource/overrides";
import { A } from "./messages_assets";

function AssetTitle({ row }: CellProps) {
  const title = useTitle();
  return (
    <>
      <div>{title({ title: String(row.title), title_en: String(row.title_en) })}</div>
      <span className="faint mono">{String(row.code)}</span>
    </>
  );
}

function Stage({ value, row, field }: CellProps) {
  const { language } = useLanguage();
  const option = field.options?.find((one) => one.value === value);
  const color = row.hold ? "orange" : value === "retired" ? "default" : "green";
  return <Tag color={color}>{language === "en" ? option?.label_en : option?.label}</Tag>;
}

function Percent({ value }: CellProps) {
  return <span className="num">{formatPercent(typeof value === "number" ? value / 100 : null)}</span>;
}

function ReviewDue({ value, row }: CellProps) {
  const t = useT();
  const overdue = !row.retired_at && dayjs(String(value)).isBefore(dayjs(), "day");
  return (
    <Tooltip title={overdue ? t(A.overdue) : undefined}>
      <span className={`num nowrap ${overdue ? "bad" : ""}`}>{formatDate(String(value))}</span>
    </Tooltip>
  );
}

export const cells = { AssetTitle, Percent, ReviewDue, Stage };
