import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "../client";
import { type ListState, listQuery } from "./listState";
import type { Page, ResourceSpec, Row } from "./types";

/** How a resource's page is to be drawn. */
export function useResource(name: string) {
  return useQuery({
    queryKey: ["resource", name],
    queryFn: ({ signal }) => api.get<ResourceSpec>(`/api/resources/${name}`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** One page of any list route; the old page stays on screen while the next one comes. */
export function useRows<T = Row>(path: string | undefined, state: ListState, more: Record<string, string> = {}) {
  return useQuery({
    queryKey: ["rows", path, state, more],
    queryFn: ({ signal }) => api.get<Page<T>>(path ?? "", { ...more, ...listQuery(state) }, signal),
    enabled: path !== undefined,
    placeholderData: keepPreviousData,
  });
}

export function useRow(spec: ResourceSpec | undefined, key: string | null, unmask = false) {
  return useQuery({
    queryKey: ["row", spec?.path, key, unmask],
    queryFn: ({ signal }) =>
      api.get<Row>(`${spec?.path}/${encodeURIComponent(key ?? "")}`, unmask ? { unmask: true } : {}, signal),
    enabled: spec !== undefined && key !== null,
  });
}

/** Forget what was read below a path, so that lists and details show the change. */
export function useChanged(): (path: string) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    (path) =>
      client.invalidateQueries({
        predicate: ({ queryKey }) => queryKey.some((part) => typeof part === "string" && part.startsWith(path)),
      }),
    [client],
  );
}
