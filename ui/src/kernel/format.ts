/** How values read on screen. Pure functions; `null` and nonsense become "—", never "NaN". */
import dayjs from "dayjs";

export const NOTHING = "—";
const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];

function finite(value: unknown): number | null {
  if (value === null || value === undefined || value === "" || typeof value === "boolean") {
    return null;
  }
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** 1234567.5 → "1,234,567.5"; `digits` = most decimals. */
export function formatNumber(value: unknown, digits = 2): string {
  const number = finite(value);
  return number === null ? NOTHING : number.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** 12345 → "1.23 万" (zh) or "12.3K" (en): for cards and axes, where the exact number is a hover away. */
export function formatShort(value: unknown, language: "zh" | "en" = "zh"): string {
  const number = finite(value);
  if (number === null) {
    return NOTHING;
  }
  const steps: [number, string][] =
    language === "zh"
      ? [
          [1e8, "亿"],
          [1e4, "万"],
        ]
      : [
          [1e9, "B"],
          [1e6, "M"],
          [1e4, "K"],
        ];
  for (const [least, sign] of steps) {
    if (Math.abs(number) >= least) {
      const unit = sign === "K" ? 1e3 : least;
      return `${formatNumber(number / unit, 2)}${language === "zh" ? " " : ""}${sign}`;
    }
  }
  return formatNumber(number);
}

/** A share 0..1 → "12.3%". */
export function formatPercent(value: unknown, digits = 1): string {
  const number = finite(value);
  return number === null ? NOTHING : `${(number * 100).toFixed(digits)}%`;
}

/** A change 0.052 → "+5.2%". */
export function formatChange(value: unknown): string {
  const number = finite(value);
  return number === null ? NOTHING : `${number > 0 ? "+" : ""}${(number * 100).toFixed(1)}%`;
}

/** 1536 → "1.5 KB". */
export function formatBytes(value: unknown): string {
  let number = finite(value);
  if (number === null) {
    return NOTHING;
  }
  let unit = 0;
  while (Math.abs(number) >= 1024 && unit < UNITS.length - 1) {
    number /= 1024;
    unit += 1;
  }
  return `${formatNumber(number, unit ? 1 : 0)} ${UNITS[unit]}`;
}

/** Seconds → "850 ms", "12.3 s", "4 min 05 s", "2 h 03 min". */
export function formatDuration(value: unknown): string {
  const seconds = finite(value);
  if (seconds === null) {
    return NOTHING;
  }
  if (seconds < 1) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 60) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return hours ? `${hours} h ${two(minutes)} min` : `${minutes} min ${two(rest)} s`;
}

function formatTime(value: unknown, pattern: string): string {
  if (value === null || value === undefined || value === "") {
    return NOTHING;
  }
  const time = dayjs(String(value));
  return time.isValid() ? time.format(pattern) : String(value);
}

export const formatDate = (value: unknown) => formatTime(value, "YYYY-MM-DD");
export const formatDateTime = (value: unknown) => formatTime(value, "YYYY-MM-DD HH:mm:ss");
export const formatMinute = (value: unknown) => formatTime(value, "YYYY-MM-DD HH:mm");

/** Any scalar as text; objects as JSON. */
export function formatText(value: unknown): string {
  if (value === null || value === undefined || value === "") {
    return NOTHING;
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Whole years from a birth date to `at` (today by default). */
export function ageOf(birth: unknown, at?: unknown): number | null {
  if (!birth) {
    return null;
  }
  const from = dayjs(String(birth));
  const years = (at ? dayjs(String(at)) : dayjs()).diff(from, "year");
  return from.isValid() && years >= 0 && years < 150 ? years : null;
}
