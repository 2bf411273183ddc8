import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Table, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields/OrgName";
import { type Message, useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { Section } from "@/kernel/layout/Section";
import { useChanged } from "@/kernel/resource/api";
import type { Page } from "@/kernel/resource/types";
import { QueryView, useExplain } from "@/kernel/state";
import type { Rollout, Template } from "../types";
import { Departures } from "./Departures";
import { T } from "./messages";

const STATUS: Record<string, { label: Message; color: string }> = {
  ready: { label: T.ready, color: "default" },
  queued: { label: T.queued, color: "processing" },
  created: { label: T.created, color: "success" },
  failed: { label: T.failed, color: "error" },
};

/** The institutions of a template: what became of each, its connection, and how far behind the template it is. */
export function Institutions({ template }: { template: Template }) {
  const t = useT();
  const explain = useExplain();
  const follow = useFollowJob();
  const changed = useChanged();
  const { message } = App.useApp();
  const [compared, setCompared] = useState<Rollout | null>(null);
  const rollouts = useQuery({
    queryKey: ["rows", "/api/ingest/rollouts", template.id],
    queryFn: ({ signal }) =>
      api.get<Page<Rollout>>("/api/ingest/rollouts", { "f.template_id": template.id, page_size: 1000 }, signal),
    refetchInterval: (query) => (query.state.data?.items.some((one) => one.status === "queued") ? 2000 : false),
  });
  const failed = (error: unknown, name = "") => {
    const { title, detail } = explain(error);
    message.error([name, title, detail].filter(Boolean).join("："));
  };
  const make = useMutation({
    mutationFn: ({ path }: { path: string; title: string }) => api.post(path, {}),
    onSuccess: async (answer, { title }) => {
      const jobs = jobsOf(answer);
      for (const job of jobs) {
        follow(job, title);
      }
      if (jobs.length === 0) {
        message.info(t(T.nothing));
      }
      await changed("/api/ingest/");
    },
    onError: (error) => failed(error),
  });
  const test = useMutation({
    mutationFn: async (asked: Rollout[]) => {
      for (const one of asked) {
        try {
          await api.post(`/api/ingest/rollouts/${one.id}/test`, {});
        } catch (error) {
          failed(error, one.title);
        }
      }
      await changed("/api/ingest/rollouts");
    },
  });
  return (
    <Section
      title={t(T.institutions)}
      extra={
        <span className="row">
          <Button size="small" loading={test.isPending} onClick={() => test.mutate(rollouts.data?.items ?? [])}>
            {t(T.testAll)}
          </Button>
          <Button
            size="small"
            type="primary"
            loading={make.isPending}
            onClick={() => make.mutate({ path: `/api/ingest/templates/${template.id}/make`, title: t(T.makeAll) })}
          >
            {t(T.makeAll)}
          </Button>
        </span>
      }
    >
      <QueryView query={rollouts} rows={3}>
        {(data) => (
          <Table<Rollout>
            size="small"
            rowKey="id"
            dataSource={data.items}
            pagination={{ pageSize: 20, hideOnSinglePage: true }}
            locale={{ emptyText: t(T.none) }}
            columns={[
              {
                title: t(T.code),
                dataIndex: "code",
                className: "mono",
                render: (code: string, one) =>
                  one.status === "created" ? <Link to={`/ingest/sources/${code}`}>{code}</Link> : code,
              },
              { title: t(T.title), dataIndex: "title" },
              { title: t(T.org), dataIndex: "org_code", render: (code: string) => <OrgName code={code} /> },
              { title: t(T.connection), key: "connection", render: (_, one) => <Connection rollout={one} /> },
              {
                title: t(T.status),
                dataIndex: "status",
                render: (status: string, one) => (
                  <>
                    <Tag color={STATUS[status]?.color}>{t(STATUS[status]?.label ?? T.ready)}</Tag>
                    {one.error && <span className="bad">{one.error}</span>}
                  </>
                ),
              },
              {
                title: t(T.revision),
                dataIndex: "revision",
                align: "right",
                className: "num",
                render: (revision: number | null) =>
                  revision !== null && revision < template.revision ? (
                    <span className="bad">{revision}</span>
                  ) : (
                    revision
                  ),
              },
              {
                key: "actions",
                render: (_, one) => (
                  <span className="row">
                    <Button size="small" loading={test.isPending} onClick={() => test.mutate([one])}>
                      {t(T.test)}
                    </Button>
                    {one.status === "created" ? (
                      <Button size="small" onClick={() => setCompared(one)}>
                        {t(T.compare)}
                      </Button>
                    ) : (
                      <Button
                        size="small"
                        disabled={one.status === "queued"}
                        onClick={() =>
                          make.mutate({
                            path: `/api/ingest/rollouts/${one.id}/make`,
                            title: t(T.making, { code: one.code }),
                          })
                        }
                      >
                        {t(T.make)}
                      </Button>
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </QueryView>
      {compared && <Departures rollout={compared} onClose={() => setCompared(null)} />}
    </Section>
  );
}

function Connection({ rollout }: { rollout: Rollout }) {
  const t = useT();
  if (!rollout.server) {
    return <span className="faint">{t(T.notTested)}</span>;
  }
  return rollout.missing.length > 0 ? (
    <span className="bad">{t(T.missing, { tables: rollout.missing.join("、") })}</span>
  ) : (
    <span className="good" title={rollout.server}>
      {t(T.tested)}
    </span>
  );
}
