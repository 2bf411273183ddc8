/** The state of a list lives in the address, so it can be shared, kept and gone back to. */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { Filters } from "../fields";

export const PAGE_SIZE = 20;

export interface ListState {
  page: number;
  pageSize: number;
  sort: string[];
  filters: Filters;
  q: string;
}

/** `?page=2&sort=-name&f.org_code=…&q=…` → state; nonsense falls back to the first page. */
export function readListState(search: URLSearchParams): ListState {
  const positive = (name: string, otherwise: number) => {
    const number = Number(search.get(name));
    return Number.isInteger(number) && number > 0 ? number : otherwise;
  };
  const filters: Filters = {};
  for (const [name, value] of search) {
    if (name.startsWith("f.") && value) {
      filters[name.slice(2)] = value;
    }
  }
  return {
    page: positive("page", 1),
    pageSize: Math.min(positive("page_size", PAGE_SIZE), 200),
    sort: (search.get("sort") ?? "").split(",").filter(Boolean),
    filters,
    q: search.get("q") ?? "",
  };
}

/** State → the query of the API's list route. */
export function listQuery(state: ListState): Record<string, string | number> {
  const query: Record<string, string | number> = { page: state.page, page_size: state.pageSize };
  if (state.sort.length) {
    query.sort = state.sort.join(",");
  }
  if (state.q) {
    query.q = state.q;
  }
  for (const [name, value] of Object.entries(state.filters)) {
    query[`f.${name}`] = value;
  }
  return query;
}

export type Change = Record<string, string | number | null>;

/** Apply changes to the address; whatever narrows or reorders the list goes back to its first page. */
export function changed(search: URLSearchParams, change: Change): URLSearchParams {
  const next = new URLSearchParams(search);
  const names = Object.keys(change);
  if (!names.includes("page") && names.some((name) => name !== "id")) {
    next.delete("page");
  }
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === "") {
      next.delete(name);
    } else {
      next.set(name, String(value));
    }
  }
  return next;
}

export function useListState() {
  const [search, setSearch] = useSearchParams();
  const state = useMemo(() => readListState(search), [search]);
  const change = useCallback(
    (change: Change, replace = true) => setSearch((now) => changed(now, change), { replace }),
    [setSearch],
  );
  const filter = useCallback(
    (some: Record<string, string | null>) =>
      change(Object.fromEntries(Object.entries(some).map(([name, value]) => [`f.${name}`, value]))),
    [change],
  );
  const reset = useCallback(() => setSearch(new URLSearchParams(), { replace: true }), [setSearch]);
  return { state, change, filter, reset, opened: search.get("id") };
}
