import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { address, api } from "@/kernel/client";
import type {
  Attribute,
  CodesPage,
  ConformanceDetail,
  Difference,
  Hits,
  ItemHead,
  ItemKey,
  ItemView,
  Kind,
  Publication,
  Tree,
  Usage,
} from "./types";

export const STANDARDS = "standards";
/** Formats of a specification, as the API names them, with what people call them. */
export const FORMATS = [
  ["xlsx", "Excel"],
  ["docx", "Word"],
  ["html", "HTML"],
  ["json", "JSON Schema"],
  ["xsd", "XSD"],
] as const;

export function useTree() {
  return useQuery({
    queryKey: [STANDARDS, "tree"],
    queryFn: ({ signal }) => api.get<Tree[]>("/api/standards/tree", undefined, signal),
  });
}

export function useBranch(kind: Kind, branch?: string, enabled = true) {
  return useQuery({
    queryKey: [STANDARDS, "branch", kind, branch],
    queryFn: ({ signal }) => api.get<ItemHead[]>("/api/standards/branch", { kind, branch }, signal),
    enabled,
  });
}

/** What codes may say beside their name, with its titles, in the order in which it is shown. */
export function useAttributes() {
  return useQuery({
    queryKey: [STANDARDS, "attributes"],
    queryFn: ({ signal }) => api.get<Attribute[]>("/api/standards/attributes", undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useSearch(text: string) {
  return useQuery({
    queryKey: [STANDARDS, "search", text],
    queryFn: ({ signal }) => api.get<Hits[]>("/api/standards/search", { q: text, limit: 12 }, signal),
    enabled: text !== "",
    placeholderData: keepPreviousData,
  });
}

export function useItem(item: ItemKey, version?: number) {
  return useQuery({
    queryKey: [STANDARDS, "item", item.kind, item.code, version],
    queryFn: ({ signal }) => api.get<ItemView>("/api/standards/item", { ...item, version }, signal),
  });
}

/** A page of a value set's codes: some sets have ten thousands. */
export function useCodes(code: string, version: number, q: string, page: number, pageSize: number) {
  return useQuery({
    queryKey: [STANDARDS, "codes", code, version, q, page, pageSize],
    queryFn: ({ signal }) =>
      api.get<CodesPage>("/api/standards/item/codes", { code, version, q, page, page_size: pageSize }, signal),
    placeholderData: keepPreviousData,
  });
}

export function useDifferences(item: ItemKey, before: number, after: number) {
  return useQuery({
    queryKey: [STANDARDS, "differences", item.kind, item.code, before, after],
    queryFn: ({ signal }) =>
      api.get<Difference[]>("/api/standards/item/differences", { ...item, before, after }, signal),
  });
}

export function useImpact(item: ItemKey, element?: string) {
  return useQuery({
    queryKey: [STANDARDS, "impact", item.kind, item.code, element],
    queryFn: ({ signal }) => api.get<{ usages: Usage[] }>("/api/standards/item/impact", { ...item, element }, signal),
  });
}

export function usePublications(enabled = true) {
  return useQuery({
    queryKey: [STANDARDS, "publications"],
    queryFn: ({ signal }) =>
      api.get<{ items: Publication[]; total: number }>(
        "/api/standards/publications",
        { "f.status": "current", sort: "-published_at", page_size: 6 },
        signal,
      ),
    enabled,
  });
}

export function useConformance(id: string) {
  return useQuery({
    queryKey: [STANDARDS, "conformance", id],
    queryFn: ({ signal }) => api.get<ConformanceDetail>(`/api/standards/conformance/${id}/detail`, undefined, signal),
  });
}

export const publicationFile = (id: string, format: string) => `/api/standards/publications/${id}/files/${format}`;
export const datasetFile = (item: ItemKey, format: string) =>
  address("/api/standards/specification", { ...item, format });
