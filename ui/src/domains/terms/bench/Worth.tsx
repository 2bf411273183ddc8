import { formatDate, formatNumber, formatPercent } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { W } from "../messages";
import type { Worth } from "../types";

export const formatScore = (score: number) => score.toFixed(3);

/** What the scores of candidates are worth: from which one on they keep the stated precision, or why none does. */
export function WorthText({ worth, precision }: { worth: Worth | null; precision: number }) {
  const t = useT();
  const stated = formatPercent(precision);
  if (worth === null) {
    return <span className="bad">{t(W.unmeasured, { stated })}</span>;
  }
  const pairs = formatNumber(worth.pairs);
  if (worth.threshold === null) {
    return (
      <span className="bad">
        {worth.reason === "few"
          ? t(W.fewPairs, { stated, pairs, needed: formatNumber(worth.needed) })
          : t(W.unreached, { stated, pairs })}
      </span>
    );
  }
  return (
    <span>
      {t(W.worth, {
        score: formatScore(worth.threshold),
        stated,
        measured: formatPercent(worth.measured),
        coverage: formatPercent(worth.coverage),
        pairs,
        day: formatDate(worth.made_at),
      })}
    </span>
  );
}
