import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Table } from "antd";
import { useNavigate } from "react-router";
import { api } from "@/kernel/client";
import { formatDate, formatNumber, formatText } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { JobProgress } from "@/kernel/jobs";
import type { DetailProps } from "@/kernel/resource/overrides";
import type { Page } from "@/kernel/resource/types";
import { useMay } from "@/kernel/session";
import { QueryView } from "@/kernel/state";
import type { Check, CheckDay, DifferenceDetail } from "../types";
import { Figures, type Side } from "./Figures";
import { R } from "./messages";
import { NodeAsked, WAIT } from "./NodeAsked";
import { Statements } from "./Statements";

interface Evidence {
  before?: { source: Side; platform: Side };
  after?: { source: Side; platform: Side };
  by?: string | null;
  batch?: string;
  source_sql?: string | null;
  platform_sql?: string | null;
}

/** The days of a check that differ, and the statements that were run. */
function CheckDays({ row }: DetailProps) {
  const t = useT();
  const navigate = useNavigate();
  const running = row.status === "running";
  const check = useQuery({
    queryKey: ["ingest", "check", row.id, row.status],
    queryFn: async ({ signal }) => {
      const found = await Promise.all([
        api.get<Check>(`/api/ingest/checks/${String(row.id)}/detail`, undefined, signal),
        api.get<Page<CheckDay>>(
          "/api/ingest/check_days",
          { "f.check_id": String(row.id), "f.equal": "false", page_size: 100 },
          signal,
        ),
      ]);
      return { detail: found[0], days: found[1].items };
    },
    refetchInterval: row.status === "waiting" ? WAIT : false,
  });
  const count = (value: number) => formatNumber(value);
  return (
    <QueryView query={check} rows={3}>
      {({ detail, days }) => (
        <div className="stack">
          {running && detail.job_run_id && <JobProgress id={detail.job_run_id} />}
          {detail.asked && <NodeAsked asked={detail.asked} />}
          {row.status === "equal" && <p className="good">{t(R.allEqual)}</p>}
          {days.length > 0 && (
            <Table<CheckDay>
              className="rows-open"
              size="small"
              title={() => t(R.unequalDays)}
              rowKey="id"
              pagination={false}
              dataSource={days}
              onRow={(one) => ({ onClick: () => navigate(`/ingest/check_days?id=${one.id}`) })}
              columns={[
                {
                  title: t(R.day),
                  dataIndex: "day",
                  className: "num",
                  render: (day: string | null) => (day ? formatDate(day) : t(R.noDay)),
                },
                { title: t(R.source), dataIndex: "rows_source", align: "right", className: "num", render: count },
                { title: t(R.platform), dataIndex: "rows_raw", align: "right", className: "num", render: count },
                { title: t(R.std), dataIndex: "rows_std", align: "right", className: "num", render: count },
                {
                  title: t(R.quarantined),
                  dataIndex: "rows_quarantined",
                  align: "right",
                  className: "num",
                  render: count,
                },
                { title: t(R.lost), dataIndex: "lost", align: "right", className: "num", render: count },
              ]}
            />
          )}
          <Statements source={detail.source_sql} platform={detail.platform_sql} />
        </div>
      )}
    </QueryView>
  );
}

/** A day's figures on both sides. */
function DayFigures({ row }: DetailProps) {
  const shares = { std: row.rows_std, quarantined: row.rows_quarantined, lost: row.lost, stray: row.stray };
  return <Figures source={row.source as Side} platform={{ ...(row.platform as Side), ...(shares as Side) }} />;
}

/** What a difference comes down to, and how it was closed. */
function DifferenceEvidence({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const client = useQueryClient();
  const difference = useQuery({
    queryKey: ["ingest", "difference", row.id, row.status, row.missing, row.step],
    queryFn: async ({ signal }) => {
      const found = await api.get<DifferenceDetail>(
        `/api/ingest/differences/${String(row.id)}/detail`,
        undefined,
        signal,
      );
      if (found.step !== row.step || found.status !== row.status) {
        void client.invalidateQueries({ queryKey: ["rows"] });
      }
      return found;
    },
    enabled: may("ingest.rows"),
    refetchInterval: row.step ? WAIT : false,
  });
  if (!may("ingest.rows")) {
    return null;
  }
  return (
    <QueryView query={difference} rows={3}>
      {({ keys, evidence, status, asked }) => {
        const { before, after, by, batch, source_sql, platform_sql } = evidence as Evidence;
        return (
          <div className="stack">
            {asked && <NodeAsked asked={asked} />}
            {status === "closed" && (
              <p className="good">{t(R.closedBy, { name: by ?? t(R.byItself), batch: batch ?? "" })}</p>
            )}
            {keys.length > 0 && (
              <Table<DifferenceDetail["keys"][number]>
                size="small"
                title={() => t(R.keys)}
                rowKey="id"
                dataSource={keys}
                pagination={{ pageSize: 10, hideOnSinglePage: true, size: "small" }}
                columns={[
                  { title: t(R.kind), dataIndex: "kind", render: (kind: keyof typeof KINDS) => t(KINDS[kind]) },
                  { title: t(R.key), dataIndex: "key", className: "mono", render: formatText },
                  {
                    title: t(R.digest),
                    dataIndex: "digest",
                    className: "mono",
                    render: (digest: string) => <span title={digest}>{digest.slice(0, 16)}</span>,
                  },
                ]}
              />
            )}
            {before && <h3>{t(R.before)}</h3>}
            {before && <Figures source={before.source} platform={before.platform} />}
            {after && <h3>{t(R.after)}</h3>}
            {after && <Figures source={after.source} platform={after.platform} />}
            <Statements source={source_sql} platform={platform_sql} />
          </div>
        );
      }}
    </QueryView>
  );
}

const KINDS = { missing: R.missing, extra: R.extra, differing: R.differing, lost: R.lost, stray: R.stray };

export const reconcileDetails = {
  "ingest.checks": CheckDays,
  "ingest.check_days": DayFigures,
  "ingest.differences": DifferenceEvidence,
};
