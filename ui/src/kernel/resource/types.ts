import type { FieldSpec } from "../fields";

/** A row of any resource. */
export type Row = Record<string, unknown>;

export interface Page<T = Row> {
  items: T[];
  total: number;
  page: number;
  page_size: number;
}

export interface ResourceAction {
  name: string;
  title: string;
  title_en: string;
  confirm: string | null;
}

/** One list page as the API describes it (kernel/resources.py: Resource.describe). */
export interface ResourceSpec {
  name: string;
  domain: string;
  title: string;
  title_en: string;
  path: string;
  key: string;
  can: { create: boolean; update: boolean; delete: boolean; export: boolean; unmask: boolean };
  default_sort: string[];
  actions: ResourceAction[];
  overrides: Record<string, string>;
  columns: FieldSpec[];
  create: FieldSpec[] | null;
  update: FieldSpec[] | null;
}
