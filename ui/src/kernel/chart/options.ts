/** The house's charts as plain data: one place for fonts, grid, axes and colours. */
import type { EChartsCoreOption } from "echarts/core";
import { formatNumber, formatShort } from "../format";
import { colour, FONT, SERIES } from "../theme";

export type Option = EChartsCoreOption;

export interface Series {
  name: string;
  values: (number | null)[];
}

interface Frame {
  categories: string[];
  series: Series[];
  unit?: string;
  language?: "zh" | "en";
}

const text = { color: colour.soft, fontSize: 11, fontFamily: FONT };
const quiet = { axisLine: { lineStyle: { color: colour.line } }, axisTick: { show: false }, axisLabel: text };

/** Value axis: round, short numbers, the unit written above it. */
function valueAxis(unit: string | undefined, language: "zh" | "en", more: object = {}) {
  return {
    type: "value",
    name: unit,
    nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -26] },
    splitLine: { lineStyle: { color: "#eef1f3" } },
    axisLabel: { ...text, formatter: (value: number) => formatShort(value, language) },
    ...more,
  };
}

function base(count: number): Option {
  return {
    animationDuration: 250,
    textStyle: { fontFamily: FONT, color: colour.ink, fontSize: 12 },
    color: SERIES,
    grid: { left: 8, right: 14, top: count > 1 ? 34 : 28, bottom: 4, containLabel: true },
    legend:
      count > 1
        ? { top: 0, right: 0, icon: "roundRect", itemWidth: 10, itemHeight: 4, itemGap: 22, textStyle: text }
        : undefined,
  };
}

function tooltip(unit: string | undefined) {
  return {
    trigger: "axis",
    borderColor: colour.line,
    padding: [6, 10],
    textStyle: { fontSize: 12, color: colour.ink, fontFamily: FONT },
    valueFormatter: (value: unknown) => `${formatNumber(value)}${unit ? ` ${unit}` : ""}`,
  };
}

/** Values over time. */
export function lineOption({ categories, series, unit, language = "zh", min }: Frame & { min?: number }): Option {
  return {
    ...base(series.length),
    tooltip: tooltip(unit),
    xAxis: { type: "category", data: categories, boundaryGap: false, ...quiet },
    yAxis: valueAxis(unit, language, { min, scale: min === undefined }),
    series: series.map((one, index) => ({
      type: "line",
      name: one.name,
      data: one.values,
      showSymbol: one.values.length < 32,
      symbolSize: 5,
      lineStyle: { width: 1.8 },
      areaStyle: series.length === 1 && index === 0 ? { opacity: 0.07 } : undefined,
    })),
  };
}

/** Amounts side by side or stacked; `horizontal` for long names, largest on top. */
export function barOption(frame: Frame & { stacked?: boolean; horizontal?: boolean }): Option {
  const { categories, series, unit, language = "zh", stacked, horizontal } = frame;
  const names = {
    type: "category",
    data: categories,
    ...quiet,
    ...(horizontal ? { inverse: true, axisLabel: { ...text, width: 120, overflow: "truncate" } } : {}),
  };
  // A horizontal value axis has its name at the end, where the plain one has it above.
  const values = valueAxis(unit, language, horizontal ? { name: undefined } : {});
  return {
    ...base(series.length),
    ...(horizontal && series.length === 1
      ? { grid: { left: 8, right: 18, top: 4, bottom: 4, containLabel: true } }
      : {}),
    tooltip: { ...tooltip(unit), axisPointer: { type: "shadow" } },
    xAxis: horizontal ? values : names,
    yAxis: horizontal ? names : values,
    series: series.map((one) => ({
      type: "bar",
      name: one.name,
      data: one.values,
      stack: stacked ? "all" : undefined,
      barMaxWidth: horizontal ? 16 : 26,
      itemStyle: { borderRadius: stacked ? 0 : horizontal ? [0, 2, 2, 0] : [2, 2, 0, 0] },
    })),
  };
}

export interface TrendPoint {
  at: string;
  value: number;
  low: number | null;
  high: number | null;
}

/** Whether a result lies outside the range it was judged by. */
export function isOutside({ value, low, high }: TrendPoint): boolean {
  return (low !== null && value < low) || (high !== null && value > high);
}

/** One laboratory item over time: its reference range as a band, results outside it in red. */
export function referenceOption(
  points: TrendPoint[],
  unit: string | undefined,
  names: { value: string; range: string },
): Option {
  const band = points.some((point) => point.low !== null || point.high !== null);
  const values = points.map((point) => point.value);
  const floor = Math.min(...values, ...points.map((point) => point.low ?? point.value));
  const hidden = {
    type: "line",
    stack: "range",
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    step: "middle",
  };
  return {
    ...base(1),
    tooltip: {
      ...tooltip(unit),
      formatter: (items: { dataIndex: number }[]) => {
        const point = points[items[0]?.dataIndex ?? 0];
        if (!point) {
          return "";
        }
        const range = `${point.low ?? ""} – ${point.high ?? ""}`;
        const shown = `${point.at}<br/>${names.value} <b>${formatNumber(point.value, 4)}</b> ${unit ?? ""}`;
        return point.low === null && point.high === null ? shown : `${shown}<br/>${names.range} ${range}`;
      },
    },
    xAxis: { type: "category", data: points.map((point) => point.at), boundaryGap: true, ...quiet },
    yAxis: valueAxis(unit, "en", { scale: true }),
    series: [
      ...(band
        ? [
            { ...hidden, data: points.map((point) => point.low ?? Math.min(floor, 0)) },
            {
              ...hidden,
              data: points.map((point) =>
                point.high === null ? null : point.high - (point.low ?? Math.min(floor, 0)),
              ),
              areaStyle: { color: colour.good, opacity: 0.1 },
            },
          ]
        : []),
      {
        type: "line",
        name: names.value,
        data: points.map((point) => ({
          value: point.value,
          itemStyle: { color: isOutside(point) ? colour.bad : colour.accent },
        })),
        symbol: "circle",
        symbolSize: 7,
        lineStyle: { width: 1.6, color: colour.accent },
      },
    ],
  };
}
