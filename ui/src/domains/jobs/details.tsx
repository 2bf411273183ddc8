import { useQuery } from "@tanstack/react-query";
import { Alert, Timeline } from "antd";
import { Link } from "react-router";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { formatDateTime, formatDuration, formatMinute, formatNumber } from "@/kernel/format";
import { type Message, useSaid, useT } from "@/kernel/i18n";
import type { DetailProps } from "@/kernel/resource/overrides";
import { QueryView } from "@/kernel/state";
import { J } from "./messages";

type Life = components["schemas"]["JobLife"];

const ENDED = new Set(["succeeded", "failed", "cancelled"]);
const COLOURS: Record<string, string> = { running: "blue", succeeded: "green", failed: "red", waiting: "orange" };
const WORDS: Record<string, Message> = {
  queued: J.queued,
  running: J.running,
  waiting: J.waiting,
  paused: J.paused,
  succeeded: J.succeeded,
  failed: J.failed,
  cancelled: J.cancelled,
};

/** Every moment of a task's life, and what it waits for if it has not begun. */
function TaskLife({ row }: DetailProps) {
  const t = useT();
  const said = useSaid();
  const life = useQuery({
    queryKey: ["jobs", "life", row.id],
    queryFn: ({ signal }) => api.get<Life>(`/api/jobs/${String(row.id)}/life`, undefined, signal),
    refetchInterval: (query) => (ENDED.has(query.state.data?.status ?? "") ? false : 2000),
  });
  return (
    <QueryView query={life} rows={4}>
      {(data) => (
        <div className="stack">
          {data.waiting && (
            <Alert
              type="info"
              showIcon
              title={t(J.waits, { why: said(data.waiting.reason, data.waiting.reason_en) })}
              description={[
                data.waiting.ahead > 0 && t(J.ahead, { count: formatNumber(data.waiting.ahead) }),
                data.waiting.begins_at ? t(J.begins, { at: formatMinute(data.waiting.begins_at) }) : t(J.unknown),
              ]
                .filter(Boolean)
                .join(" · ")}
            />
          )}
          <div>
            <h3>
              {t(J.life)} · {said(data.title, data.title_en)}
            </h3>
            <Timeline items={moments(data, t)} />
          </div>
          <p className="row">
            <Link to={`/jobs/runs?${new URLSearchParams({ "f.name": data.name })}`}>{t(J.runs)}</Link>
            <Link to={`/jobs/kinds?${new URLSearchParams({ "f.name": data.name })}`}>{t(J.kind)}</Link>
            <Link to="/jobs/rules">{t(J.rules)}</Link>
            <Link to="/jobs/nodes">{t(J.nodes)}</Link>
          </p>
        </div>
      )}
    </QueryView>
  );
}

function moments(life: Life, t: ReturnType<typeof useT>) {
  return life.moments.map((moment, at) => {
    const before = life.moments[at - 1];
    const word = at === 0 ? J.created : (WORDS[moment.status] ?? J.queued);
    const seconds = before && (Date.parse(moment.at) - Date.parse(before.at)) / 1000;
    return {
      key: at,
      color: COLOURS[moment.status] ?? "gray",
      content: (
        <>
          <div>
            {t(word, { attempt: moment.attempt })}
            {seconds !== undefined && <span className="muted"> · {t(J.after, { time: formatDuration(seconds) })}</span>}
          </div>
          <div className="muted">
            {[formatDateTime(moment.at), moment.status === "running" && moment.worker].filter(Boolean).join(" · ")}
          </div>
          {moment.error && <div>{moment.error}</div>}
        </>
      ),
    };
  });
}

/** From a node to what it has for tasks and what runs there. */
function NodeDetail({ row }: DetailProps) {
  const t = useT();
  return (
    <p className="row">
      <Link to={`/jobs/rules?${new URLSearchParams({ "f.node": String(row.node) })}`}>{t(J.nodeRules)}</Link>
      <Link to="/jobs/rules">{t(J.rules)}</Link>
    </p>
  );
}

export const details = { "jobs.runs": TaskLife, "jobs.nodes": NodeDetail };
