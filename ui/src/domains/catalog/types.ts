import type { CodeTitles, LakeColumn } from "@/kernel/fields";
import type { Page } from "@/kernel/resource/types";

export interface Asset {
  code: string;
  title: string;
  title_en: string;
  category: string;
  category_title: string;
  standard: string;
  version: number;
  fields: number;
  rows: number;
  bytes: number | null;
  institutions: number;
  first_time: string | null;
  last_time: string | null;
  last_batch: string | null;
  updated_at: string | null;
}

export interface Share {
  org_code: string;
  name: string | null;
  rows: number;
  first_time: string | null;
  last_time: string | null;
  last_batch: string | null;
}

export interface AssetDetail extends Asset {
  shares: Share[];
}

export interface RowColumn extends LakeColumn {
  value_set: string | null;
  grade: number;
  masked: boolean;
  hidden: boolean;
  open: boolean;
}

export interface RowPage extends Page {
  columns: RowColumn[];
  labels: CodeTitles;
}

export interface ElementProfile {
  name: string;
  title: string;
  type: string;
  grade: number;
  masked: boolean;
  hidden: boolean;
  filled: number | null;
  distinct: number | null;
  low: string | null;
  high: string | null;
  top: { value: string; label: string | null; rows: number }[];
}

export interface Profile {
  code: string;
  rows: number;
  elements: ElementProfile[];
}
