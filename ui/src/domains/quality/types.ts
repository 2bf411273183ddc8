import type { Page, Row } from "@/kernel/resource/types";

export interface Score {
  score: number | null;
  rules: number;
  checked: number;
  failed: number;
}

export interface NamedScore extends Score {
  code: string;
  title: string;
  title_en: string;
}

export interface CellScore extends Score {
  org_code: string;
  dataset: string;
}

export interface Overview {
  overall: Score;
  orgs: NamedScore[];
  datasets: NamedScore[];
  dimensions: NamedScore[];
  cells: CellScore[];
  latest_run: { id: string; status: string; started_at: string; finished_at: string | null } | null;
}

export interface TrendPoint extends Score {
  day: string;
}

/** One rule at one institution over all days. */
export interface Total {
  id: string;
  org_code: string;
  dataset: string;
  rule: string;
  type: string;
  dimension: string;
  severity: string;
  checked: number;
  failed: number;
  score: number | null;
}

export interface Rule {
  code: string;
  title: string;
  title_en: string;
}

export interface Sample {
  rule: string;
  org_code: string;
  day: string | null;
  feed: string | null;
  source_key: string | null;
  keys: Record<string, unknown>;
}

export interface FailingRows extends Page<Row> {
  dataset: string;
  rule: string;
  columns: string[];
}
