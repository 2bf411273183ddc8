import { NOTHING } from "@/kernel/format";
import type { Card, Change } from "./types";

/** Whether a change is welcome: depends on which way the metric should go. */
export function toneOfChange(percent: number | null, direction: Card["direction"]): "good" | "bad" | "muted" {
  if (percent === null || percent === 0 || direction === "neutral") {
    return "muted";
  }
  return percent > 0 === (direction === "up") ? "good" : "bad";
}

export function ChangeText({
  label,
  change,
  direction,
}: {
  label: string;
  change: Change | null;
  direction: Card["direction"];
}) {
  const percent = change?.percent ?? null;
  const sign = percent === null ? "" : percent > 0 ? "↑" : percent < 0 ? "↓" : "";
  return (
    <span className="nowrap" title={change?.reason ?? undefined}>
      <span className="faint">{label}</span>{" "}
      <span className={`num ${toneOfChange(percent, direction)}`}>
        {percent === null ? NOTHING : `${sign}${Math.abs(percent).toFixed(1)}%`}
      </span>
    </span>
  );
}
