import { Tag } from "antd";
import { useMemo } from "react";
import { Chart } from "@/kernel/chart/Chart";
import { lineOption } from "@/kernel/chart/options";
import { useLanguage, useT } from "@/kernel/i18n";
import { Empty } from "@/kernel/state";
import { C } from "./messages_monitoring";
import type { ConformanceTrend, Figure } from "./types";

/** Figures of single days on one axis of days; the share of fields stays what it was until it is noted anew. */
export function daysOf(days: Figure[]) {
  const categories = [...new Set(days.flatMap((one) => (one.day ? [one.day] : [])))].sort();
  const values = (measure: Figure["measure"]) => {
    const known = new Map(days.flatMap((one) => (one.measure === measure && one.day ? [[one.day, one.value]] : [])));
    let last: number | null = null;
    return categories.map((day) => {
      last = (known.get(day) as number | undefined) ?? (measure === "mapped" ? last : null);
      return last;
    });
  };
  return { categories, mapped: values("mapped"), accepted: values("accepted"), score: values("score") };
}

/** Score, rows accepted and fields mapped by day, with the days on which versions came into force. */
export function TrendChart({ days, versions }: ConformanceTrend) {
  const t = useT();
  const { language } = useLanguage();
  const option = useMemo(() => {
    const { categories, ...values } = daysOf(days);
    const measures = (["score", "accepted", "mapped"] as const).filter((name) => values[name].some((v) => v !== null));
    return lineOption({
      categories,
      series: measures.map((name) => ({ name: t(C[name]), values: values[name] })),
      unit: "%",
      language,
    });
  }, [days, t, language]);
  if (days.length === 0) {
    return <Empty text={t(C.noDays)} />;
  }
  return (
    <div className="stack">
      <Chart option={option} height={260} label={t(C.trend)} />
      <span className="row">
        {versions.map((one) => (
          <Tag key={one.version}>
            {one.day} {t(C.cameInForce, { version: one.version })}
          </Tag>
        ))}
      </span>
      <span className="faint">{t(C.trendNote)}</span>
    </div>
  );
}
