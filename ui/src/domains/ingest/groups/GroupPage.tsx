import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Popconfirm, Table, Tag } from "antd";
import { Link, useParams, useSearchParams } from "react-router";
import { api } from "@/kernel/client";
import { formatDateTime, formatText } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { isLive, useChanged } from "@/kernel/resource/api";
import type { Page, Row } from "@/kernel/resource/types";
import { useMay } from "@/kernel/session";
import { QueryView, useExplain } from "@/kernel/state";
import type { GroupRun } from "../types";
import { usePicture } from "./details";
import { G } from "./messages";
import { Picture } from "./Picture";
import { STATES } from "./states";

function State({ status }: { status: string }) {
  const t = useT();
  const state = STATES[status];
  return state ? <Tag color={state.color}>{t(state.label)}</Tag> : <span>{status}</span>;
}

/** A job group: its members in their order with their states in a run, and the runs so far. */
export function GroupPage() {
  const t = useT();
  const { id = "" } = useParams();
  const [asked, ask] = useSearchParams();
  const run = asked.get("run");
  const picture = usePicture(run ? `/api/ingest/group_runs/${run}/picture` : `/api/ingest/groups/${id}/picture`);
  return (
    <QueryView query={picture}>
      {(data) => (
        <div className="stack">
          <PageHead
            back={{ to: "/ingest/groups", label: t(G.groups) }}
            title={data.title}
            note={<Standing run={data.run ?? null} chosen={run !== null} />}
            extra={<Buttons id={id} run={data.run ?? null} />}
          />
          <Section title={t(G.picture)}>
            <Picture members={data.members} />
          </Section>
          <Section title={t(G.history)} extra={<Link to={`/ingest/group_runs?f.group_id=${id}`}>{t(G.all)}</Link>}>
            <Runs id={id} chosen={data.run?.id ?? null} onChoose={(one) => ask({ run: one })} />
          </Section>
        </div>
      )}
    </QueryView>
  );
}

function Standing({ run, chosen }: { run: GroupRun | null; chosen: boolean }) {
  const t = useT();
  if (!run) {
    return <>{t(G.neverRun)}</>;
  }
  const counts = { at: formatDateTime(run.started_at), done: run.done, total: run.total };
  return (
    <>
      {t(chosen ? G.thisRun : G.lastRun, counts)} <State status={run.status} />
    </>
  );
}

function Buttons({ id, run }: { id: string; run: GroupRun | null }) {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const changed = useChanged();
  const [, ask] = useSearchParams();
  const { message } = App.useApp();
  const act = useMutation({
    mutationFn: (path: string) => api.post<{ run: string } | undefined>(`/api/ingest/${path}`, {}),
    onSuccess: async (answer, path) => {
      message.success(t(path.endsWith("cancel") ? G.cancelled : G.begun));
      if (answer) {
        ask({ run: answer.run });
      }
      await changed("/api/ingest/group");
    },
    onError: (error) => {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    },
  });
  if (!may("ingest.run")) {
    return null;
  }
  const runs = run?.status === "running";
  return (
    <span className="row">
      {run && runs && (
        <Popconfirm title={t(G.cancelAsk)} onConfirm={() => act.mutate(`group_runs/${run.id}/cancel`)}>
          <Button danger>{t(G.cancel)}</Button>
        </Popconfirm>
      )}
      {run && (run.status === "failed" || run.status === "cancelled") && (
        <Popconfirm title={t(G.retryAsk)} onConfirm={() => act.mutate(`group_runs/${run.id}/retry`)}>
          <Button>{t(G.retry)}</Button>
        </Popconfirm>
      )}
      <Button type="primary" disabled={runs} loading={act.isPending} onClick={() => act.mutate(`groups/${id}/run`)}>
        {t(G.run)}
      </Button>
    </span>
  );
}

function Runs({ id, chosen, onChoose }: { id: string; chosen: string | null; onChoose: (run: string) => void }) {
  const t = useT();
  const runs = useQuery({
    queryKey: ["rows", "/api/ingest/group_runs", id],
    queryFn: ({ signal }) =>
      api.get<Page<GroupRun>>("/api/ingest/group_runs", { "f.group_id": id, page_size: 20 }, signal),
    refetchInterval: (query) => (query.state.data?.items.some((one) => isLive(one as Row)) ? 2000 : false),
  });
  const count = (title: string, key: "done" | "failed" | "skipped") => ({
    title,
    dataIndex: key,
    align: "right" as const,
    className: "num",
  });
  return (
    <QueryView query={runs} rows={3}>
      {(data) => (
        <Table<GroupRun>
          size="small"
          rowKey="id"
          dataSource={data.items}
          pagination={false}
          rowClassName={(one) => (one.id === chosen ? "ant-table-row-selected" : "")}
          onRow={(one) => ({ onClick: () => onChoose(one.id), style: { cursor: "pointer" } })}
          columns={[
            { title: t(G.began), dataIndex: "started_at", className: "num", render: formatDateTime },
            { title: t(G.status), dataIndex: "status", render: (status: string) => <State status={status} /> },
            count(t(G.done), "done"),
            count(t(G.failed), "failed"),
            count(t(G.skipped), "skipped"),
            {
              title: t(G.by),
              key: "by",
              render: (_, one) => (one.cause === "plan" ? t(G.byPlan) : formatText(one.begun_by)),
            },
            { title: t(G.ended), dataIndex: "finished_at", className: "num", render: formatDateTime },
          ]}
        />
      )}
    </QueryView>
  );
}
