import { useLanguage } from "../i18n";
import type { FieldSpec } from "./types";

/** A column of a standard dataset as the API names it. */
export interface LakeColumn {
  name: string;
  title: string;
  title_en: string;
  type: string;
  unit?: string | null;
  mask?: string | null;
}

/** Column → code → title, for the coded values that occur on a page. */
export type CodeTitles = Record<string, Record<string, string>>;

const KIND_OF: Record<string, string> = {
  integer: "integer",
  decimal: "number",
  date: "date",
  datetime: "datetime",
  boolean: "switch",
};

/** A dataset's column as a field; long free text is read in the detail, not in the row. */
export function fieldOf(column: LakeColumn, more: Partial<FieldSpec> = {}): FieldSpec {
  return {
    name: column.name,
    label: column.title || column.name,
    label_en: column.title_en || column.name,
    kind: column.name === "org_code" ? "org" : (KIND_OF[column.type] ?? "text"),
    unit: column.unit,
    masked: Boolean(column.mask) || MASKED.has(column.name),
    ...more,
  };
}

const MASKED = new Set(["name", "id_no", "phone", "address", "health_card_no", "contact_name", "contact_phone"]);

/** A code with its meaning: the meaning is read, the code checked. */
export function Coded({ code, titles }: { code: unknown; titles: Record<string, string> | undefined }) {
  const text = String(code);
  const title = titles?.[text];
  return title ? (
    <span className="nowrap">
      {title} <span className="faint mono">{text}</span>
    </span>
  ) : (
    <span>{text}</span>
  );
}

const SEXES: Record<string, [string, string]> = {
  "1": ["男", "Male"],
  "2": ["女", "Female"],
  "0": ["未知的性别", "Unknown"],
  "9": ["未说明的性别", "Not stated"],
};

/** GB/T 2261.1 in words. */
export function SexName({ code }: { code: string | null | undefined }) {
  const { language } = useLanguage();
  const names = SEXES[code ?? ""];
  return <>{names ? names[language === "en" ? 1 : 0] : (code ?? "—")}</>;
}
