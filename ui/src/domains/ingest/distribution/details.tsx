import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Select } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { formatDateTime, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { useChanged } from "@/kernel/resource/api";
import type { DetailProps } from "@/kernel/resource/overrides";
import type { Page, Row } from "@/kernel/resource/types";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { D } from "./messages";

type Version = components["schemas"]["LakeVersion"];

/** Begins a run that is asked for, follows it, and reads the lists again. */
function useBegin(path: string, title: string) {
  const explain = useExplain();
  const follow = useFollowJob();
  const changed = useChanged();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: (body: Row) => api.post(path, body),
    onSuccess: async (answer) => {
      for (const job of jobsOf(answer)) {
        follow(job, title);
      }
      await changed("/api/ingest/");
    },
    onError: (error) => {
      const { title: what, detail } = explain(error);
      message.error([what, detail].filter(Boolean).join("："));
    },
  });
}

function DistributionDetail({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const by = `f.distribution_id=${String(row.id)}`;
  const messages = row.target === "kafka" || row.target === "platform";
  return (
    <div className="stack">
      <span className="row">
        <Link to={`/ingest/distribution_runs?${by}`}>{t(D.runs)}</Link>
        {messages && may("ingest.rows") && <Link to={`/ingest/distributed_rows?${by}`}>{t(D.rows)}</Link>}
        {row.target === "platform" && may("ingest.rows") && <Link to={`/ingest/receipts?${by}`}>{t(D.receipts)}</Link>}
      </span>
      {messages && may("ingest.rows") && <RefusedRows row={row} />}
      {may("ingest.run") && <SendSince row={row} />}
    </div>
  );
}

/** How many rows the target did not take; sent again by one button. */
function RefusedRows({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const asked = { "f.distribution_id": String(row.id), "f.state": "refused", page_size: 1 };
  const refused = useQuery({
    queryKey: ["rows", "/api/ingest/distributed_rows", asked],
    queryFn: ({ signal }) => api.get<Page<Row>>("/api/ingest/distributed_rows", asked, signal),
  });
  const send = useBegin(`/api/ingest/distributions/${String(row.id)}/refused`, t(D.sendRefused));
  if (!refused.data?.total) {
    return null;
  }
  return (
    <span className="row">
      <Link className="bad" to={`/ingest/distributed_rows?f.distribution_id=${String(row.id)}&f.state=refused`}>
        {t(D.refusedNow, { count: formatNumber(refused.data.total) })}
      </Link>
      {may("ingest.run") && (
        <Button size="small" loading={send.isPending} onClick={() => send.mutate({})}>
          {t(D.sendRefused)}
        </Button>
      )}
    </span>
  );
}

function SendSince({ row }: DetailProps) {
  const t = useT();
  const path = `/api/ingest/distributions/${String(row.id)}`;
  const [version, setVersion] = useState<number | null>(null);
  const versions = useQuery({
    queryKey: ["ingest", path, "versions"],
    queryFn: ({ signal }) => api.get<Version[]>(`${path}/versions`, undefined, signal),
  });
  const send = useBegin(`${path}/since`, t(D.since));
  return (
    <div>
      <h3>{t(D.since)}</h3>
      <p className="muted">{t(D.sinceHelp)}</p>
      <span className="row">
        <Select
          style={{ minWidth: 340 }}
          placeholder={t(D.choose)}
          aria-label={t(D.choose)}
          loading={versions.isPending}
          value={version}
          onChange={setVersion}
          options={(versions.data ?? []).map((one) => ({
            value: one.version,
            label: t(D.version, {
              at: formatDateTime(one.at),
              version: String(one.version),
              rows: formatNumber(one.rows),
            }),
          }))}
        />
        <Button disabled={version === null} loading={send.isPending} onClick={() => send.mutate({ version })}>
          {t(D.send)}
        </Button>
      </span>
    </div>
  );
}

/** A refused row may be sent again by itself. */
function RowDetail({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const send = useBegin(`/api/ingest/distributed_rows/${String(row.id)}/again`, t(D.again));
  if (row.state !== "refused" || !may("ingest.run")) {
    return null;
  }
  return (
    <Button loading={send.isPending} onClick={() => send.mutate({})}>
      {t(D.again)}
    </Button>
  );
}

export const distributionDetails = {
  "ingest.distributions": DistributionDetail,
  "ingest.distributed_rows": RowDetail,
};
