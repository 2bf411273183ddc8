import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Empty } from "./Empty";
import { ErrorState } from "./ErrorState";
import { Loading } from "./Loading";

interface Props<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  rows?: number;
}

/** Draws a query in each of its states: loading, failed, empty, there. */
export function QueryView<T>({ query, children, isEmpty, empty, rows }: Props<T>) {
  if (query.data === undefined) {
    return query.isError ? <ErrorState error={query.error} onRetry={() => query.refetch()} /> : <Loading rows={rows} />;
  }
  return isEmpty?.(query.data) ? (empty ?? <Empty />) : children(query.data);
}
