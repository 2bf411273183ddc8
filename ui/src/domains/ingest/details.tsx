import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Popconfirm, Progress, Table } from "antd";
import { Link } from "react-router";
import { api } from "@/kernel/client";
import { formatDuration, formatNumber, formatText } from "@/kernel/format";
import { type Message, useT, useTitle } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { isLive } from "@/kernel/resource/api";
import type { DetailProps } from "@/kernel/resource/overrides";
import type { Row } from "@/kernel/resource/types";
import { useMay } from "@/kernel/session";
import { QueryView, useExplain } from "@/kernel/state";
import { documentDetails } from "./archive/details";
import { assessingDetails } from "./assessing/details";
import { distributionDetails } from "./distribution/details";
import { groupDetails } from "./groups/details";
import { H } from "./history/messages";
import { indicatorDetails } from "./indicators/details";
import { M } from "./messages";
import { mirrorDetails } from "./mirror/details";
import { nodeDetails } from "./nodes/details";
import { preparationDetails } from "./preparation/details";
import { receivingDetails } from "./receiving/details";
import { reconcileDetails } from "./reconcile/details";
import { schemeDetails } from "./schemes/details";
import type { BatchDetail, FeedText } from "./types";
import { alarmDetails } from "./watching/alarms";

/** The steps of a run in their order. */
const STEPS: [string, Message][] = [
  ["capture", M.stepCapture],
  ["check", M.stepCheck],
  ["land", M.stepLand],
  ["standardise", M.stepStandardise],
];

/** How far a batch is while it runs; afterwards why rows were refused and where the time went. */
function BatchProgress({ row }: DetailProps) {
  const t = useT();
  const title = useTitle();
  const batch = useQuery({
    queryKey: ["ingest", "batch", row.id],
    queryFn: ({ signal }) => api.get<BatchDetail>(`/api/ingest/batches/${String(row.id)}/progress`, undefined, signal),
    refetchInterval: (query) => (isLive((query.state.data ?? row) as unknown as Row) ? 1000 : false),
  });
  return (
    <QueryView query={batch} rows={3}>
      {(data) => {
        const steps = STEPS.filter(([name]) => typeof data.steps[name] === "number");
        return (
          <div className="stack">
            {isLive(data as unknown as Row) && (
              <div>
                <Progress percent={data.total ? Math.floor((100 * data.done) / data.total) : 0} status="active" />
                <span className="muted">{[data.stage, data.message].filter(Boolean).join(" · ")}</span>
              </div>
            )}
            {data.held && <HeldBatch batch={data} held={data.held} />}
            {data.reasons.length > 0 && (
              <Table
                size="small"
                title={() => t(M.reasons)}
                rowKey={(one) => `${one.reason}|${one.element}`}
                dataSource={data.reasons}
                pagination={false}
                columns={[
                  {
                    title: t(M.reason),
                    key: "reason",
                    render: (_, one) => title({ title: one.reason_title, title_en: one.reason_title_en }),
                  },
                  { title: t(M.element), dataIndex: "element", className: "mono", render: formatText },
                  {
                    title: t(M.quarantined),
                    dataIndex: "rows",
                    align: "right",
                    className: "num",
                    render: (rows: number) => formatNumber(rows),
                  },
                ]}
              />
            )}
            {steps.length > 0 && (
              <p className="muted">
                {t(M.steps)}
                {t(M.colon)}
                {steps.map(([name, label]) => `${t(label)} ${formatDuration(data.steps[name])}`).join(" · ")}
              </p>
            )}
          </div>
        );
      }}
    </QueryView>
  );
}

/** So many rows were gone at the source that a person decides. */
function HeldBatch({ batch, held }: { batch: BatchDetail; held: NonNullable<BatchDetail["held"]> }) {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  const confirm = async () => {
    try {
      for (const job of jobsOf(await api.post(`/api/ingest/batches/${batch.id}/confirm`))) {
        follow(job, t(M.started, { name: batch.feed }));
      }
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    }
  };
  return (
    <Alert
      type="warning"
      showIcon
      title={t(M.heldTitle)}
      description={t(M.heldText, { known: formatNumber(held.known), seen: formatNumber(held.seen) })}
      action={
        may("ingest.run") && (
          <Popconfirm title={t(M.heldAsk)} onConfirm={confirm}>
            <Button danger>{t(M.heldConfirm)}</Button>
          </Popconfirm>
        )
      }
    />
  );
}

/** The mapping of a feed, as it is declared. */
function FeedDefinition({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const definition = useQuery({
    queryKey: ["ingest", "definition", row.code],
    queryFn: ({ signal }) => api.get<FeedText>(`/api/ingest/feeds/${String(row.code)}/definition`, undefined, signal),
  });
  return (
    <QueryView query={definition} rows={4}>
      {(data) => (
        <div>
          {may("ingest.rows") && (
            <p>
              <Link to={`/ingest/feeds/${data.code}/history`}>{t(H.open)}</Link>
            </p>
          )}
          <h3>{t(M.definition)}</h3>
          <pre className="json" style={{ maxHeight: "none" }}>
            {data.yaml}
          </pre>
        </div>
      )}
    </QueryView>
  );
}

export const details = {
  "ingest.batches": BatchProgress,
  "ingest.feeds": FeedDefinition,
  ...alarmDetails,
  ...assessingDetails,
  ...documentDetails,
  ...distributionDetails,
  ...groupDetails,
  ...indicatorDetails,
  ...mirrorDetails,
  ...nodeDetails,
  ...preparationDetails,
  ...receivingDetails,
  ...reconcileDetails,
  ...schemeDetails,
};
