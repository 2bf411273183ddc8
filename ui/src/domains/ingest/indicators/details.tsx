import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Input, Table } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { api } from "@/kernel/client";
import { formatDate, formatNumber, formatText } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { JobProgress, jobsOf, useFollowJob } from "@/kernel/jobs";
import { useChanged } from "@/kernel/resource/api";
import type { DetailProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { QueryView, useExplain } from "@/kernel/state";
import { NodeAsked, WAIT } from "../reconcile/NodeAsked";
import { Statements } from "../reconcile/Statements";
import type { IndicatorCheck } from "../types";
import { I } from "./messages";

interface Figure {
  day?: string;
  item: string | null;
  there: number | string | null;
  here: number | string | null;
}

interface Evidence {
  before?: [string | null, string | null, string | null][];
  after?: [string | null, string | null, string | null][];
  source_sql?: string | null;
  platform_sql?: string | null;
}

/** Both sides' figures beside each other, with the gap. */
function Figures({ title, figures }: { title: string; figures: Figure[] }) {
  const t = useT();
  const number = (name: string, key: "there" | "here") => ({
    title: name,
    dataIndex: key,
    align: "right" as const,
    className: "num",
    render: (value: Figure["there"]) => formatNumber(value, 4),
  });
  return (
    <Table<Figure>
      size="small"
      title={() => title}
      rowKey={(one) => `${one.day}|${one.item}`}
      pagination={{ pageSize: 10, hideOnSinglePage: true, size: "small" }}
      dataSource={figures}
      columns={[
        ...(figures.some((one) => one.day)
          ? [{ title: t(I.day), dataIndex: "day", className: "num", render: formatDate }]
          : []),
        { title: t(I.item), dataIndex: "item", render: formatText },
        number(t(I.there), "there"),
        number(t(I.here), "here"),
        {
          title: t(I.gap),
          key: "gap",
          align: "right",
          className: "num",
          render: (_, one) => {
            const gap = Number(one.here ?? 0) - Number(one.there ?? 0);
            return <span className={gap ? "bad" : undefined}>{formatNumber(gap, 4)}</span>;
          },
        },
      ]}
    />
  );
}

/** The figures of a check that differ, and its statements as they were run. */
function CheckFigures({ row }: DetailProps) {
  const t = useT();
  const check = useQuery({
    queryKey: ["ingest", "indicator-check", row.id, row.status],
    queryFn: ({ signal }) =>
      api.get<IndicatorCheck>(`/api/ingest/indicator_checks/${String(row.id)}/detail`, undefined, signal),
    refetchInterval: row.status === "waiting" ? WAIT : false,
  });
  return (
    <QueryView query={check} rows={3}>
      {(data) => (
        <div className="stack">
          {data.status === "running" && data.job_run_id && <JobProgress id={data.job_run_id} />}
          {data.asked && <NodeAsked asked={data.asked} />}
          {data.status === "equal" && <p className="good">{t(I.allEqual)}</p>}
          {data.differing.length > 0 && <Figures title={t(I.differing)} figures={data.differing} />}
          <Statements source={data.source_sql} platform={data.platform_sql} />
        </div>
      )}
    </QueryView>
  );
}

/** The figures of a day that differ, how it was closed, and the way to close it with a reason. */
function DifferenceEvidence({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const { before = [], after, source_sql, platform_sql } = row.evidence as Evidence;
  const figures = (lines: [string | null, string | null, string | null][]): Figure[] =>
    lines.map(([item, there, here]) => ({ item, there, here }));
  const name = row.closed_by ? String(row.closed_by) : t(I.byItself);
  const how = row.explanation ? I.closedBy : after ? I.closedEqual : I.closedRemoved;
  return (
    <div className="stack">
      {row.status === "closed" && <p className="good">{t(how, { name })}</p>}
      {row.status === "open" && may("ingest.run") && <Explain id={String(row.id)} />}
      <Figures title={t(I.before)} figures={figures(before)} />
      {after && <Figures title={t(I.after)} figures={figures(after)} />}
      <Statements source={source_sql} platform={platform_sql} />
    </div>
  );
}

function Explain({ id }: { id: string }) {
  const t = useT();
  const explain = useExplain();
  const changed = useChanged();
  const { message } = App.useApp();
  const [reason, setReason] = useState("");
  const close = useMutation({
    mutationFn: () => api.post(`/api/ingest/indicator_differences/${id}/explain`, { reason }),
    onSuccess: async () => {
      message.success(t(I.explained));
      await changed("/api/ingest/indicator_differences");
    },
  });
  const problem = close.error ? explain(close.error) : null;
  return (
    <div className="stack">
      <Input.TextArea
        aria-label={t(I.explain)}
        placeholder={t(I.explainHint)}
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <Button
        style={{ alignSelf: "flex-start" }}
        loading={close.isPending}
        disabled={reason.trim().length < 2}
        onClick={() => close.mutate()}
      >
        {t(I.explain)}
      </Button>
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail} />}
    </div>
  );
}

/** The way to check days other than the usual ones. */
function CheckDays({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  const [days, setDays] = useState<[Dayjs, Dayjs] | null>(null);
  const check = useMutation({
    mutationFn: () =>
      api.post(`/api/ingest/indicators/${String(row.id)}/check`, {
        first: days?.[0].format("YYYY-MM-DD"),
        last: days?.[1].format("YYYY-MM-DD"),
      }),
    onSuccess: (answer) => {
      for (const job of jobsOf(answer)) {
        follow(job, t(I.checking, { name: String(row.name) }));
      }
    },
    onError: (error) => {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    },
  });
  return may("ingest.run") ? (
    <span className="row">
      <DatePicker.RangePicker
        aria-label={t(I.checkDays)}
        value={days}
        onChange={(span) => setDays(span?.[0] && span[1] ? [span[0], span[1]] : null)}
      />
      <Button loading={check.isPending} disabled={!days} onClick={() => check.mutate()}>
        {t(I.checkDays)}
      </Button>
    </span>
  ) : null;
}

export const indicatorDetails = {
  "ingest.indicators": CheckDays,
  "ingest.indicator_checks": CheckFigures,
  "ingest.indicator_differences": DifferenceEvidence,
};
