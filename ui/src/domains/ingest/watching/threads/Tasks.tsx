import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Popconfirm, Progress, Table } from "antd";
import { Link } from "react-router";
import { api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields";
import { formatDuration, formatMinute, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import type { TaskThread, Threads } from "../../types";
import { JOBS, T } from "./messages";
import { State } from "./State";
import { THREADS } from "./ThreadsPage";

const STATES = {
  running: T.statusRunning,
  queued: T.statusQueued,
  waiting: T.statusWaiting,
  paused: T.statusPaused,
};

/** The tasks that run, are paused or wait, with what each of their readers does now. */
export function Tasks({ data }: { data: Threads }) {
  const t = useT();
  const may = useMay();
  return (
    <Section title={t(T.tasks)} hint={data.tasks.length + data.more || undefined} flush>
      {data.tasks.length ? (
        <Table<TaskThread>
          size="small"
          rowKey="id"
          dataSource={data.tasks}
          pagination={{ pageSize: 15, hideOnSinglePage: true, size: "small" }}
          scroll={{ x: "max-content" }}
          footer={data.more ? () => <span className="faint">{t(T.more, { count: data.more })}</span> : undefined}
          columns={[
            {
              title: t(T.status),
              dataIndex: "status",
              className: "nowrap",
              render: (status: string, one) => (
                <>
                  <State
                    state={one.silent ? "dead" : status}
                    word={one.stopping ? T.stopping : (STATES[status as keyof typeof STATES] ?? T.statusQueued)}
                  />
                  {one.silent && <div className="bad">{t(T.silent)}</div>}
                </>
              ),
            },
            {
              title: t(T.task),
              dataIndex: "name",
              className: "nowrap",
              render: (name: string) => (name in JOBS ? t(JOBS[name as keyof typeof JOBS]) : name),
            },
            { title: t(T.where), key: "of", render: (_, one) => <Of task={one} /> },
            { title: t(T.progress), key: "progress", width: 300, render: (_, one) => <Standing task={one} /> },
            {
              title: t(T.rows),
              dataIndex: "rows",
              align: "right",
              className: "num",
              render: (rows: number | null) => formatNumber(rows),
            },
            {
              title: t(T.speed),
              dataIndex: "rows_per_second",
              align: "right",
              className: "num nowrap",
              render: (speed: number | null) => (
                <>
                  {formatNumber(speed, 0)}
                  {speed !== null && <span className="unit">{t(T.speedUnit)}</span>}
                </>
              ),
            },
            {
              title: t(T.lasting),
              key: "lasting",
              align: "right",
              className: "num nowrap",
              render: (_, one) => (one.seconds === null ? formatMinute(one.created_at) : formatDuration(one.seconds)),
            },
            {
              title: t(T.worker),
              dataIndex: "worker",
              className: "mono nowrap",
              render: (worker: string | null, one) => (one.status === "running" ? worker : null) ?? "—",
            },
            ...(may("ingest.run")
              ? [{ key: "actions", render: (_: unknown, one: TaskThread) => <Actions task={one} /> }]
              : []),
          ]}
        />
      ) : (
        <p className="thread-none">{t(T.noTasks)}</p>
      )}
    </Section>
  );
}

function Of({ task }: { task: TaskThread }) {
  if (task.feed) {
    return (
      <>
        <Link className="mono" to={`/ingest/batches?${new URLSearchParams({ "f.feed": task.feed })}`}>
          {task.feed}
        </Link>
        <div className="faint">{task.org_code && <OrgName code={task.org_code} />}</div>
      </>
    );
  }
  return task.source ? (
    <Link className="mono" to={`/ingest/sources/${task.source}`}>
      {task.source}
    </Link>
  ) : (
    <span className="faint">—</span>
  );
}

function Standing({ task }: { task: TaskThread }) {
  if (task.status !== "running") {
    return <span className={task.error ? "bad" : "faint"}>{task.error ?? "—"}</span>;
  }
  const said = [task.stage, task.message].filter(Boolean).join(" · ");
  return (
    <>
      {task.total ? (
        <Progress percent={Math.min(100, Math.floor((100 * task.done) / task.total))} size="small" status="active" />
      ) : null}
      <div className="muted">{said || "—"}</div>
      {task.parts.length > 0 && (
        <div className="thread-parts">
          {task.parts.map((part) => (
            <span key={part} className="thread-part">
              {part}
            </span>
          ))}
        </div>
      )}
    </>
  );
}

function Actions({ task }: { task: TaskThread }) {
  const t = useT();
  const explain = useExplain();
  const { message } = App.useApp();
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (action: string) => api.post(`/api/ingest/tasks/${task.id}/${action}`, {}),
    onSuccess: () => client.invalidateQueries({ queryKey: THREADS }),
    onError: (error) => message.error(explain(error).title),
  });
  return (
    <span className="nowrap">
      {task.status === "paused" ? (
        <Button type="link" size="small" loading={act.isPending} onClick={() => act.mutate("resume")}>
          {t(T.resume)}
        </Button>
      ) : (
        <Popconfirm title={t(T.pauseAsk)} onConfirm={() => act.mutate("pause")}>
          <Button type="link" size="small" disabled={task.stopping} loading={act.isPending}>
            {t(T.pause)}
          </Button>
        </Popconfirm>
      )}
      <Popconfirm title={t(T.cancelAsk)} onConfirm={() => act.mutate("cancel")}>
        <Button type="link" size="small" danger disabled={task.stopping} loading={act.isPending}>
          {t(T.cancel)}
        </Button>
      </Popconfirm>
    </span>
  );
}
