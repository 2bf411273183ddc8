import { useMutation } from "@tanstack/react-query";
import { App } from "antd";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { useChanged } from "@/kernel/resource/api";
import { useExplain } from "@/kernel/state";
import { T } from "./messages";

export interface Step {
  path: string;
  what: string;
  body?: unknown;
  method?: "post" | "delete";
}

/** Takes a step of a migration and follows the jobs that it queues. */
export function useStep(done?: () => void) {
  const t = useT();
  const explain = useExplain();
  const follow = useFollowJob();
  const changed = useChanged();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: ({ path, body, method }: Step) =>
      method === "delete" ? api.delete(`/api/ingest/${path}`) : api.post(`/api/ingest/${path}`, body ?? {}),
    onSuccess: async (answer, { what }) => {
      const jobs = jobsOf(answer);
      for (const job of jobs) {
        follow(job, t(T.working, { what }));
      }
      if (jobs.length === 0 && isDeferred(answer)) {
        message.info(t(T.nothing));
      }
      done?.();
      await changed("/api/ingest/");
    },
    onError: (error) => {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    },
  });
}

function isDeferred(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "job_run_ids" in answer;
}
