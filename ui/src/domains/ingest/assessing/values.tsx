import type { components } from "@/api/schema";
import { formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import type { CellProps } from "@/kernel/resource/overrides";
import { Q } from "./messages";

export type Assessed = components["schemas"]["Assessed"];
export type Dimension = Assessed["dimension"];
type Reason = NonNullable<Assessed["reason"]>;

export const DIMENSIONS: Dimension[] = ["completeness", "consistency", "accuracy", "conformity", "timeliness"];

export const toneOf = (value: number | null | undefined) =>
  value === null || value === undefined ? undefined : value >= 95 ? "good" : value >= 80 ? "warn" : "bad";

/** A dimension's value over what it divides by what, or why there is none. */
export function Value({ value, met, of, reason }: Pick<Assessed, "value" | "met" | "of" | "reason">) {
  const t = useT();
  if (value === null || value === undefined) {
    return (
      <>
        <div className="faint">{t(Q.notAssessed)}</div>
        {reason && <small className="faint">{t(Q[reason])}</small>}
      </>
    );
  }
  return (
    <>
      <div className={`num ${toneOf(value)}`}>{formatNumber(value)}</div>
      <span className="faint num nowrap">
        {formatNumber(met)} / {formatNumber(of)}
      </span>
    </>
  );
}

export function Total({ value }: { value: number | null }) {
  return <strong className={`num ${toneOf(value) ?? ""}`}>{formatNumber(value)}</strong>;
}

/** The same in the list of feeds; the total has no counts of its own. */
export function AssessedValue({ value, row, field }: CellProps) {
  const known = typeof value === "number" ? value : null;
  if (field.name === "total") {
    return <Total value={known} />;
  }
  return (
    <Value
      value={known}
      met={Number(row[`${field.name}_met`])}
      of={Number(row[`${field.name}_of`])}
      reason={(row[`${field.name}_reason`] as Reason | null) ?? null}
    />
  );
}
