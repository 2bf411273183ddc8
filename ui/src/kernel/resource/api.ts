import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "../client";
import type { FieldSpec } from "../fields";
import { type ListState, listQuery } from "./listState";
import type { Page, ResourceSpec, Row } from "./types";

/** How a resource's page is to be drawn. */
export function useResource(name: string) {
  return useQuery({
    queryKey: ["resource", name],
    queryFn: ({ signal }) => api.get<ResourceSpec>(`/api/resources/${name}`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
    select: withOrgNames,
  });
}

/** An institution's code reads as its name in every room but the one that keeps the institutions. */
function withOrgNames(spec: ResourceSpec): ResourceSpec {
  const named = (field: FieldSpec) =>
    field.name === "org_code" && field.kind === "text" ? { ...field, kind: "org" } : field;
  return spec.domain === "orgs" ? spec : { ...spec, columns: spec.columns.map(named) };
}

const LIVE = new Set(["running", "queued", "waiting", "capturing", "landed"]);

/** Whether a row is of something that is still going on. */
export function isLive(row: Row): boolean {
  return typeof row.status === "string" && LIVE.has(row.status);
}

/** One page of any list route; the old page stays on screen while the next one comes. */
export function useRows<T = Row>(path: string | undefined, state: ListState, more: Record<string, string> = {}) {
  return useQuery({
    queryKey: ["rows", path, state, more],
    queryFn: ({ signal }) => api.get<Page<T>>(path ?? "", { ...more, ...listQuery(state) }, signal),
    enabled: path !== undefined,
    // A list that shows something under way is read again until it has ended.
    refetchInterval: (query) => (query.state.data?.items.some((row) => isLive(row as Row)) ? 2000 : false),
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
