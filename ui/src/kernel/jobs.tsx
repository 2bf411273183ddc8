/** Jobs that run behind the scenes: their live state, and a quiet note in the corner that follows one to its end. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Popconfirm, Progress } from "antd";
import { useCallback, useEffect } from "react";
import type { components } from "../api/schema";
import { api } from "./client";
import { formatNumber } from "./format";
import { useT } from "./i18n";
import { K } from "./messages";

export type Job = components["schemas"]["JobOut"];

const ENDED = new Set(["succeeded", "failed", "cancelled"]);

export const hasEnded = (job: Job | undefined) => job !== undefined && ENDED.has(job.status);

/** A job's state, asked again every second until it has ended. */
export function useJob(id: string | null) {
  return useQuery({
    queryKey: ["job", id],
    queryFn: ({ signal }) => api.get<Job>(`/api/jobs/${id}`, undefined, signal),
    enabled: id !== null,
    staleTime: 0,
    refetchInterval: (query) => (hasEnded(query.state.data) || query.state.error ? false : 1000),
  });
}

export function JobProgress({ id, onEnd }: { id: string; onEnd?: (job: Job) => void }) {
  const t = useT();
  const { data } = useJob(id);
  const ended = hasEnded(data);
  useEffect(() => {
    if (ended && data) {
      onEnd?.(data);
    }
  }, [ended, data, onEnd]);
  const callOff = useMutation({ mutationFn: () => api.post(`/api/jobs/${id}/cancel`, {}) });
  if (!data) {
    return <Progress percent={0} size="small" showInfo={false} />;
  }
  const share = data.total ? Math.floor((100 * data.done) / data.total) : data.status === "succeeded" ? 100 : 0;
  const steps = data.total ? `${formatNumber(data.done)} / ${formatNumber(data.total)}` : null;
  // Where a job stands is of no interest once it has ended.
  const said = data.message ?? (ended ? null : [data.stage, steps].filter(Boolean).join(" "));
  const status = { succeeded: "success", failed: "exception", cancelled: "normal" } as const;
  const words = { succeeded: K.succeeded, failed: K.jobFailed, cancelled: K.cancelled, running: K.running }[
    data.status
  ];
  return (
    <div>
      <Progress
        percent={data.status === "succeeded" ? 100 : share}
        size="small"
        status={status[data.status as "failed"] ?? "active"}
      />
      <div className="muted">
        {t(words ?? K.waiting)}
        {data.status === "failed" ? t(K.because, { why: data.error ?? "" }) : said ? ` · ${said}` : ""}
        {!ended && !callOff.isError && (
          <Popconfirm title={t(K.cancelAsk)} onConfirm={() => callOff.mutate()}>
            <Button type="link" size="small" loading={callOff.isPending || callOff.isSuccess}>
              {t(K.cancel)}
            </Button>
          </Popconfirm>
        )}
      </div>
    </div>
  );
}

/** The job runs that an action answered with, if it started any. */
export function jobsOf(answer: unknown): string[] {
  const { job_id, job_run_ids } = (answer ?? {}) as { job_id?: unknown; job_run_ids?: unknown };
  const ids = Array.isArray(job_run_ids) ? job_run_ids : [job_id];
  return ids.filter((id): id is string => typeof id === "string");
}

/** Follow a job in the corner of the screen; when it ends, everything on screen is read anew. */
export function useFollowJob(): (id: string, title: string) => void {
  const { notification } = App.useApp();
  const client = useQueryClient();
  return useCallback(
    (id, title) => {
      const end = (job: Job) => {
        void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "job" });
        notification.open({
          key: id,
          title,
          description: <JobProgress id={id} />,
          placement: "bottomRight",
          duration: job.status === "succeeded" ? 4 : 0,
        });
      };
      notification.open({
        key: id,
        title,
        description: <JobProgress id={id} onEnd={end} />,
        placement: "bottomRight",
        duration: 0,
      });
    },
    [notification, client],
  );
}
