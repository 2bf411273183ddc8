/** The overview's figures as the house's charts take them, and the lists behind them. Pure functions. */
import { barOption, lineOption, type Option } from "@/kernel/chart/options";
import type { Message } from "@/kernel/i18n";
import type { Agreement, DayFigures } from "../types";
import { W } from "./messages";

type Translate = (message: Message) => string;
type Language = "zh" | "en";

/** The unit in which latencies of this size read well, and its seconds. */
export function latencyUnit(seconds: (number | null | undefined)[]): { unit: Message; size: number } {
  const longest = Math.max(0, ...seconds.map((one) => one ?? 0));
  if (longest < 300) {
    return { unit: W.seconds, size: 1 };
  }
  return longest < 3 * 3600 ? { unit: W.minutes, size: 60 } : { unit: W.hours, size: 3600 };
}

const short = (day: string) => day.slice(5);

/** Latency p50 and p95 by day; a day on which nothing reached std is a gap. */
export function timelinessOption(days: DayFigures[], t: Translate, language: Language): Option {
  const { unit, size } = latencyUnit(days.map((one) => one.p95));
  const scaled = (seconds: number | null | undefined) =>
    seconds === null || seconds === undefined ? null : Math.round((1000 * seconds) / size) / 1000;
  return lineOption({
    categories: days.map((one) => short(one.day)),
    series: [
      { name: "p50", values: days.map((one) => scaled(one.p50)) },
      { name: "p95", values: days.map((one) => scaled(one.p95)) },
    ],
    unit: t(unit),
    language,
    min: 0,
  });
}

/** Pairs of feed and day that agree, differ, or were not looked at. */
export function agreementOption(days: Agreement[], t: Translate, language: Language): Option {
  const series = (["equal", "different", "unchecked"] as const).map((name) => ({
    name: t(W[name]),
    values: days.map((one) => one[name]),
  }));
  return {
    ...barOption({ categories: days.map((one) => short(one.day)), series, unit: t(W.pairs), language, stacked: true }),
    color: ["#5aa392", "#c0635c", "#c9d0d6"],
  };
}

/** Rows received by day: made standard, and refused. */
export function volumeOption(days: DayFigures[], t: Translate, language: Language): Option {
  return {
    ...barOption({
      categories: days.map((one) => short(one.day)),
      series: [
        { name: t(W.inStd), values: days.map((one) => one.rows_std) },
        { name: t(W.quarantined), values: days.map((one) => one.rows_quarantined) },
      ],
      unit: t(W.rowsUnit),
      language,
      stacked: true,
    }),
    color: ["#1f6c8f", "#d08a3c"],
  };
}

/** The address of the batches that began on these days of China, and of what else they are narrowed by. */
export function batchesPath(first: string, last: string, narrowing: Record<string, string>): string {
  const after = new Date(`${last}T00:00:00Z`);
  after.setUTCDate(after.getUTCDate() + 1);
  const wanted = new URLSearchParams({
    ...narrowing,
    "f.started_at.gte": `${first}T00:00:00+08:00`,
    "f.started_at.lt": `${after.toISOString().slice(0, 10)}T00:00:00+08:00`,
  });
  return `/ingest/batches?${wanted}`;
}

/** How long ago, in whole hours or days: [message, count]. */
export function silentFor(since: string, now: number): [Message, number] {
  const hours = Math.max(0, Math.floor((now - new Date(since).getTime()) / 3_600_000));
  return hours < 72 ? [W.hourUnit, hours] : [W.dayUnit, Math.floor(hours / 24)];
}
