import { useQuery } from "@tanstack/react-query";
import { api } from "@/kernel/client";

export interface Element {
  name: string;
  title: string;
  title_en: string;
  type: string;
  de: string | null;
  length: number | null;
  precision: number | null;
  scale: number | null;
  format: string | null;
  value_set: string | null;
  required: boolean;
  grade: number;
  mask: string | null;
  check: string | null;
  unit: string | null;
  source: string;
}

export interface Dataset {
  code: string;
  title: string;
  title_en: string;
  category: string;
  standard: string;
  edition: string;
  provenance: string;
  version: number;
  description: string;
  key: string[];
  patient_column: string;
  time_column: string | null;
  elements: Element[];
  references: { columns: string[]; dataset: string; target_columns: string[] }[];
  orders: { earlier: string; later: string }[];
}

export interface ValueSet {
  code: string;
  title: string;
  standard: string;
  items: { code: string; title: string; title_en: string | null; parent: string | null }[];
}

export interface Dictionary {
  dataset: Dataset;
  value_sets: ValueSet[];
}

/** The declaration of a dataset with the value sets it uses. */
export function useDictionary(code: string, enabled = true) {
  return useQuery({
    queryKey: ["standards", "dictionary", code],
    queryFn: ({ signal }) => api.get<Dictionary>(`/api/standards/datasets/${code}/dictionary`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
    enabled,
  });
}
