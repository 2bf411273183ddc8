import type { CodeTitles, LakeColumn } from "@/kernel/fields";
import type { Page, Row } from "@/kernel/resource/types";

export interface Section {
  dataset: string;
  title: string;
  title_en: string;
  category: string;
  rows: number;
  first_at: string | null;
  last_at: string | null;
}

export interface TimelineEvent {
  dataset: string;
  at: string | null;
  text: string;
  note: string | null;
  abnormal: boolean;
  detail: Row;
}

export interface Encounter {
  key: string;
  org_code: string;
  encounter: Row | null;
  title: string;
  type_code: string | null;
  started_at: string | null;
  ended_at: string | null;
  department: string | null;
  diagnoses: string[];
  counts: Record<string, number>;
  events: TimelineEvent[];
}

export interface Timeline extends Page<Encounter> {
  sections: Section[];
  titles: CodeTitles;
}

export interface SectionRows extends Page {
  dataset: string;
  columns: LakeColumn[];
  titles: CodeTitles;
}

export interface TrendItem {
  dataset: string;
  item: string;
  unit: string | null;
  count: number;
  last_at: string | null;
  last_value: number | null;
}

export interface Trend {
  item: string;
  unit: string | null;
  points: { at: string; value: number; low: number | null; high: number | null; org_code: string }[];
}
