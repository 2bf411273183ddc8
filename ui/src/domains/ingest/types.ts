export interface Source {
  id: string;
  code: string;
  title: string;
  org_code: string;
  system: string;
  connector: string;
  updated_at: string;
}

export interface Feed {
  id: string;
  code: string;
  title: string;
  org_code: string;
  origin: string;
  dataset: string;
  mode: string;
}

export interface Batch {
  id: string;
  feed: string;
  source: string;
  dataset: string;
  org_code: string;
  number: number;
  status: "capturing" | "landed" | "standardised" | "unchanged" | "failed";
  rows_in: number;
  rows_std: number;
  rows_quarantined: number;
  started_at: string;
  finished_at: string | null;
}

export interface BatchDetail extends Batch {
  steps: Record<string, unknown>;
  reasons: { reason: string; reason_title: string; element: string; rows: number }[];
  stage: string | null;
  done: number;
  total: number | null;
  message: string | null;
}

export interface Refused {
  id: string;
  org_code: string;
  feed: string;
  dataset: string;
  reason_title: string;
  element: string | null;
  received: string | null;
  source_key: string | null;
  row: Record<string, unknown>;
}
