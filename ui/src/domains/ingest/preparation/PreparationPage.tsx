import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { listQuery, useListState } from "@/kernel/resource/listState";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import { QueryView } from "@/kernel/state";
import type { PreparationSums } from "../types";
import { ExamineButton } from "./ExamineButton";
import { P } from "./messages";

/** What the rows that the list's filters let through needed, and what was done. */
function Sums() {
  const t = useT();
  const { state } = useListState();
  const { page: _page, page_size: _size, sort: _sort, ...wanted } = listQuery(state);
  const sums = useQuery({
    queryKey: ["ingest", "preparation", "sums", wanted],
    queryFn: ({ signal }) => api.get<PreparationSums>("/api/ingest/preparation/sums", wanted, signal),
  });
  return (
    <QueryView query={sums} rows={2}>
      {(data) => (
        <div className="grid grid-cards" style={{ marginBottom: 14 }}>
          <Stat label={t(P.missing)} value={data.missing} note={t(P.filled, { count: formatNumber(data.filled) })} />
          <Stat label={t(P.duplicates)} value={data.duplicates} note={t(P.lastKept)} />
          <Stat
            label={t(P.unreadable)}
            value={data.unreadable}
            tone={data.unreadable ? "warn" : undefined}
            note={t(P.blanked, { count: formatNumber(data.blanked) })}
          />
          <Stat label={t(P.outside)} value={data.outside} tone={data.outside ? "warn" : undefined} note={t(P.toMap)} />
          <Stat
            label={t(P.mapped)}
            value={data.mapped}
            note={t(P.defaulted, { count: formatNumber(data.defaulted), emptied: formatNumber(data.emptied) })}
          />
          <Stat label={t(P.converted)} value={data.converted} note={t(P.converting)} />
        </div>
      )}
    </QueryView>
  );
}

/** Cleaning and conversion by element and batch: what was missing, doubled, wrong or outside, and what became of it. */
export function PreparationPage() {
  const t = useT();
  const { state, filter } = useListState();
  return (
    <ResourcePage
      name="ingest.preparation"
      top={<Sums />}
      extra={
        <>
          {!state.filters.newest && <Button onClick={() => filter({ newest: "true" })}>{t(P.latest)}</Button>}
          <ExamineButton />
        </>
      }
    />
  );
}
