import type { ReactNode } from "react";
import { formatNumber, formatShort } from "../format";
import { useLanguage } from "../i18n";

interface Props {
  label: ReactNode;
  value: number | null | undefined;
  unit?: string | null;
  note?: ReactNode;
  digits?: number;
  tone?: "good" | "warn" | "bad";
  short?: boolean;
  onClick?: () => void;
}

/** One number with its unit and what it means; a button when there is more behind it. */
export function Stat({ label, value, unit, note, digits, tone, short, onClick }: Props) {
  const { language } = useLanguage();
  const inside = (
    <>
      <span className="stat-label">{label}</span>
      <span className={`stat-value ${tone ?? ""}`} title={short ? formatNumber(value, 4) : undefined}>
        {short ? formatShort(value, language) : formatNumber(value, digits)}
        {unit && value !== null && value !== undefined && <span className="unit">{unit}</span>}
      </span>
      <span className="stat-note">{note}</span>
    </>
  );
  return onClick ? (
    <button type="button" className="stat stat-link" onClick={onClick}>
      {inside}
    </button>
  ) : (
    <div className="stat">{inside}</div>
  );
}
