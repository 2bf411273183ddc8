import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Popconfirm } from "antd";
import { useParams } from "react-router";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { PageHead } from "@/kernel/layout/PageHead";
import { useChanged } from "@/kernel/resource/api";
import { QueryView, useExplain } from "@/kernel/state";
import type { Template } from "../types";
import { Give } from "./Give";
import { Institutions } from "./Institutions";
import { T } from "./messages";

/** A template: institutions are given, checked, tested, made, and brought to its changes. */
export function TemplatePage() {
  const t = useT();
  const { id = "" } = useParams();
  const path = `/api/ingest/templates/${id}`;
  const template = useQuery({
    queryKey: ["row", path],
    queryFn: ({ signal }) => api.get<Template>(path, undefined, signal),
  });
  return (
    <QueryView query={template}>
      {(data) => (
        <div className="stack">
          <PageHead
            back={{ to: "/ingest/templates", label: t(T.templates) }}
            title={data.title}
            note={t(T.note, {
              source: data.source,
              connector: data.connector,
              feeds: data.feeds,
              revision: data.revision,
            })}
            extra={<Buttons path={path} />}
          />
          <Give path={path} />
          <Institutions template={data} />
        </div>
      )}
    </QueryView>
  );
}

function Buttons({ path }: { path: string }) {
  const t = useT();
  const explain = useExplain();
  const follow = useFollowJob();
  const changed = useChanged();
  const { message } = App.useApp();
  const failed = (error: Error) => {
    const { title, detail } = explain(error);
    message.error([title, detail].filter(Boolean).join("："));
  };
  const refresh = useMutation({
    mutationFn: () => api.post<Template>(`${path}/refresh`, {}),
    onSuccess: async (data) => {
      message.success(t(T.refreshed, { revision: data.revision }));
      await changed("/api/ingest/");
    },
    onError: failed,
  });
  const apply = useMutation({
    mutationFn: () => api.post(`${path}/apply`, {}),
    onSuccess: async (answer) => {
      const jobs = jobsOf(answer);
      for (const job of jobs) {
        follow(job, t(T.applying));
      }
      if (jobs.length === 0) {
        message.info(t(T.nothing));
      }
      await changed("/api/ingest/");
    },
    onError: failed,
  });
  return (
    <span className="row">
      <Button loading={refresh.isPending} onClick={() => refresh.mutate()}>
        {t(T.refresh)}
      </Button>
      <Popconfirm title={t(T.applyAsk)} onConfirm={() => apply.mutate()}>
        <Button loading={apply.isPending}>{t(T.apply)}</Button>
      </Popconfirm>
    </span>
  );
}
