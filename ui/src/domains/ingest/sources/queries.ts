import { useQuery } from "@tanstack/react-query";
import { api } from "@/kernel/client";
import type { Connector, OriginColumns, ProposalState, SourceDocument, TableSeen } from "./types";

export function useConnectors() {
  return useQuery({
    queryKey: ["ingest", "connectors"],
    queryFn: ({ signal }) => api.get<Connector[]>("/api/ingest/connectors", undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** A source with its feeds as they are defined; read anew whenever a screen of it opens. */
export function useDocument(code: string, enabled = true) {
  return useQuery({
    queryKey: ["ingest", "document", code],
    queryFn: ({ signal }) => api.get<SourceDocument>(`/api/ingest/sources/${code}/definition`, undefined, signal),
    staleTime: 0,
    enabled,
  });
}

export function useTables(code: string) {
  return useQuery({
    queryKey: ["ingest", "tables", code],
    queryFn: ({ signal }) => api.get<TableSeen[]>(`/api/ingest/sources/${code}/tables`, undefined, signal),
    retry: false,
  });
}

/** The newest proposal of a source, asked again while one is being made. */
export function useProposal(code: string) {
  return useQuery({
    queryKey: ["ingest", "proposal", code],
    queryFn: ({ signal }) => api.get<ProposalState>(`/api/ingest/sources/${code}/proposal`, undefined, signal),
    staleTime: 0,
    refetchInterval: (query) =>
      ["queued", "running", "waiting"].includes(query.state.data?.status ?? "") ? 1000 : false,
  });
}

/** The columns of a table or query, with a first mapping onto a dataset if one is given. */
export function useColumns(
  code: string,
  origin: { table?: string | null; query?: string | null },
  dataset?: string,
  enabled = true,
) {
  return useQuery({
    queryKey: ["ingest", "columns", code, origin.table, origin.query, dataset],
    queryFn: () =>
      api.post<OriginColumns>(`/api/ingest/sources/${code}/columns`, {
        table: origin.table ?? null,
        query: origin.table ? null : origin.query,
        dataset: dataset || null,
      }),
    enabled: enabled && Boolean(origin.table || origin.query),
    retry: false,
  });
}
