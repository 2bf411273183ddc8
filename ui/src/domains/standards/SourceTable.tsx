import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useEffect, useRef, useState } from "react";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { Refused } from "@/kernel/state";
import { M } from "./messages";
import type { SourceColumn } from "./types";

type Schemas = components["schemas"];

interface Props {
  /** The declared dataset to compare with; columns are paired with its fields as a first mapping would. */
  dataset?: string;
  onColumns: (columns: SourceColumn[], pairs: Record<string, string>) => void;
}

/** A table of a connected source, its columns read there: with the types and lengths that the source itself declares. */
export function SourceTable({ dataset, onColumns }: Props) {
  const t = useT();
  const [source, setSource] = useState<string>();
  const [table, setTable] = useState<string>();
  const sources = useQuery({
    queryKey: ["standards", "sources"],
    queryFn: ({ signal }) =>
      api.get<{ items: { code: string; title: string }[] }>("/api/ingest/sources", { page_size: 500 }, signal),
  });
  const tables = useQuery({
    queryKey: ["ingest", "tables", source],
    queryFn: ({ signal }) => api.get<Schemas["TableSeen"][]>(`/api/ingest/sources/${source}/tables`, undefined, signal),
    enabled: source !== undefined,
    retry: false,
  });
  const columns = useQuery({
    queryKey: ["ingest", "columns", source, table, dataset],
    queryFn: () =>
      api.post<Schemas["OriginColumns"]>(`/api/ingest/sources/${source}/columns`, { table, dataset: dataset ?? null }),
    enabled: source !== undefined && table !== undefined,
    retry: false,
  });
  const told = useRef(onColumns);
  told.current = onColumns;
  useEffect(() => {
    if (columns.data) {
      const found = columns.data.columns.map(({ name, comment, type, declared }) => {
        return { name, title: comment ?? "", type: declared || type, length: null };
      });
      told.current(found, columns.data.suggestion);
    }
  }, [columns.data]);
  const error = sources.error ?? tables.error ?? columns.error;
  return (
    <>
      <span className="row">
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          style={{ width: 260 }}
          placeholder={t(M.fromSource)}
          loading={sources.isLoading}
          value={source}
          onChange={(code) => {
            setSource(code);
            setTable(undefined);
          }}
          options={sources.data?.items.map((one) => ({ value: one.code, label: `${one.title} ${one.code}` }))}
        />
        <Select
          showSearch={{ optionFilterProp: "label" }}
          style={{ width: 260 }}
          placeholder={t(M.sourceTable)}
          disabled={!source}
          loading={tables.isFetching || columns.isFetching}
          value={table}
          onChange={setTable}
          options={tables.data?.map((one) => ({ value: one.name, label: one.name }))}
        />
      </span>
      {error && <Refused error={error} />}
    </>
  );
}
