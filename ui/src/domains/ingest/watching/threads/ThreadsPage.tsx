import { useQuery } from "@tanstack/react-query";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { formatMinute, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { QueryView } from "@/kernel/state";
import type { Threads } from "../../types";
import "../../ingest.css";
import "./threads.css";
import { Edges } from "./Edges";
import { T } from "./messages";
import { Receivers } from "./Receivers";
import { Tasks } from "./Tasks";
import { Workers } from "./Workers";

export const THREADS = ["ingest", "threads"];

/** What collection does at this moment: workers, tasks with their readers, edge nodes, receivers of messages. */
export function ThreadsPage() {
  const t = useT();
  const threads = useQuery({
    queryKey: THREADS,
    queryFn: ({ signal }) => api.get<Threads>("/api/ingest/threads", undefined, signal),
    refetchInterval: 2000,
  });
  return (
    <>
      <PageHead title={t(T.title)} note={t(T.note)} />
      <QueryView query={threads}>
        {(data) => (
          <div className="stack">
            <Cards data={data} />
            <Tasks data={data} />
            {data.platform && <Workers workers={data.workers} />}
            <Edges edges={data.edges} />
            <Receivers receivers={data.receivers} />
          </div>
        )}
      </QueryView>
    </>
  );
}

function Cards({ data }: { data: Threads }) {
  const t = useT();
  const count = (value: number) => formatNumber(value);
  const states = (wanted: string) => data.workers.filter((one) => one.state === wanted).length;
  const running = data.tasks.filter((one) => one.status === "running");
  const waiting = data.tasks.filter((one) => one.status === "queued" || one.status === "waiting");
  const waits = data.platform ? data.queues.reduce((sum, one) => sum + one.waiting, 0) : waiting.length;
  const oldest = data.platform ? data.queues.map((one) => one.oldest) : waiting.map((one) => one.created_at);
  const bad = data.receivers.filter((one) => one.state === "failed" || one.state === "gone").length;
  const good = data.receivers.filter((one) => one.state === "receiving" || one.state === "open").length;
  return (
    <div className="grid figures">
      {data.platform && (
        <Stat
          label={t(T.workers)}
          value={states("busy") + states("idle")}
          tone={states("busy") + states("idle") ? undefined : "bad"}
          note={t(T.workersNote, { busy: states("busy"), idle: states("idle"), dead: states("dead") })}
        />
      )}
      <Stat
        label={t(T.running)}
        value={running.length}
        note={t(T.runningNote, {
          paused: count(data.tasks.filter((one) => one.status === "paused").length),
          readers: count(running.reduce((sum, one) => sum + one.parts.length, 0)),
        })}
      />
      <Stat
        label={t(T.speed)}
        value={Math.round(running.reduce((sum, one) => sum + (one.rows_per_second ?? 0), 0))}
        unit={t(T.speedUnit)}
        note={t(T.speedNote)}
      />
      <Stat
        label={t(T.waiting)}
        value={waits}
        note={oldest.length ? t(T.waitingNote, { at: formatMinute([...oldest].sort()[0]) }) : t(T.nothingWaits)}
      />
      <Stat
        label={t(T.receivers)}
        value={good + bad}
        tone={bad ? "bad" : undefined}
        note={t(T.receiversNote, { good, bad })}
      />
    </div>
  );
}
