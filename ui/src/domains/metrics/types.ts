import type { Page, Row } from "@/kernel/resource/types";

export interface Change {
  base: number | null;
  percent: number | null;
  reason: string | null;
}

export interface Card {
  code: string;
  title: string;
  title_en: string;
  group: string;
  unit: string;
  direction: "up" | "down" | "neutral";
  decimals: number;
  kind: string;
  formula: string;
  value: number | null;
  reason: string | null;
  yoy: Change | null;
  mom: Change | null;
}

export interface Board {
  first: string;
  last: string;
  newest: string | null;
  cards: Card[];
}

export interface Line {
  metric: string;
  dims: Record<string, string | null>;
  value: number | null;
  reason: string | null;
  yoy: Change | null;
  mom: Change | null;
}

export interface Answer {
  first: string;
  last: string;
  dims: string[];
  grain: string;
  lines: Line[];
}

export interface Drill extends Page<Row> {
  metric: string;
  dataset: string;
  columns: string[];
  value: number | null;
}

/** What narrows a number: period, institutions, departments (an empty code stands for none recorded). */
export interface Cut {
  first: string;
  last: string;
  org?: string;
  dept?: string | null;
}
