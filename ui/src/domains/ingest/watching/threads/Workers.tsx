import { Table } from "antd";
import { formatBytes, formatDateTime, formatMinute, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import type { WorkerThread } from "../../types";
import { JOBS, T } from "./messages";
import { State } from "./State";

/** The processes that run tasks, the dead and stopped ones of the last day among them. */
export function Workers({ workers }: { workers: WorkerThread[] }) {
  const t = useT();
  const name = (job: string) => (job in JOBS ? t(JOBS[job as keyof typeof JOBS]) : job);
  return (
    <Section title={t(T.workers)} hint={workers.length || undefined} flush>
      {workers.length ? (
        <Table<WorkerThread>
          size="small"
          rowKey="id"
          dataSource={workers}
          pagination={{ pageSize: 10, hideOnSinglePage: true, size: "small" }}
          scroll={{ x: "max-content" }}
          rowClassName={(one) => (one.state === "dead" || one.state === "stopped" ? "thread-past" : "")}
          columns={[
            {
              title: t(T.status),
              dataIndex: "state",
              render: (state: WorkerThread["state"]) => <State state={state} word={T[state]} />,
            },
            {
              title: t(T.worker),
              key: "process",
              className: "mono nowrap",
              render: (_, one) => `${one.host}:${one.pid}`,
            },
            {
              title: t(T.doing),
              dataIndex: "tasks",
              render: (tasks: string[]) =>
                tasks.length ? tasks.map(name).join("、") : <span className="faint">—</span>,
            },
            {
              title: t(T.cpu),
              dataIndex: "cpu",
              align: "right",
              className: "num nowrap",
              render: (value: number) => `${formatNumber(value, 0)}%`,
            },
            {
              title: t(T.memory),
              dataIndex: "memory",
              align: "right",
              className: "num nowrap",
              render: formatBytes,
            },
            { title: t(T.threads), dataIndex: "threads", align: "right", className: "num" },
            {
              title: t(T.queues),
              dataIndex: "queues",
              render: (queues: Record<string, number>) => (
                <span className="mono thread-queues">
                  {Object.entries(queues)
                    .map(([queue, most]) => `${queue}×${most}`)
                    .join(" ")}
                </span>
              ),
            },
            { title: t(T.since), dataIndex: "started_at", className: "num nowrap", render: formatMinute },
            { title: t(T.seen), dataIndex: "seen_at", className: "num nowrap", render: formatDateTime },
            { title: t(T.version), dataIndex: "version", className: "mono" },
          ]}
        />
      ) : (
        <p className="thread-none">{t(T.noWorkers)}</p>
      )}
    </Section>
  );
}
