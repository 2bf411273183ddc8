import { useQuery } from "@tanstack/react-query";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import type { Page } from "@/kernel/resource/types";
import type { Category, Feed, Source } from "./types";

function useNames<T>(path: string) {
  const { data } = useQuery({
    queryKey: ["rows", path, "names"],
    queryFn: ({ signal }) => api.get<Page<T>>(path, { page_size: 1000 }, signal),
  });
  return data?.items ?? [];
}

export function useSourceOptions() {
  const sources = useNames<Source>("/api/ingest/sources");
  return sources.map((one) => ({ value: one.code, label: `${one.title}（${one.code}）` }));
}

export function useFeedOptions() {
  const feeds = useNames<Feed>("/api/ingest/feeds");
  return feeds.map((one) => ({ value: one.code, label: `${one.title}（${one.code}）` }));
}

export function useCategoryOptions() {
  const categories = useNames<Category>("/api/ingest/categories");
  return categories.map((one) => ({ value: one.code, label: one.title }));
}

export function useNodeOptions() {
  const nodes = useNames<components["schemas"]["NodeRow"]>("/api/ingest/nodes");
  return nodes.map((one) => ({ value: one.id, label: one.title }));
}
