import { KeyOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Popconfirm, Select, Table, Typography } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import type { DetailProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { Empty, QueryView, useExplain } from "@/kernel/state";
import { N } from "./messages";

type NodeSource = components["schemas"]["NodeSource"];
type NodeCode = components["schemas"]["NodeCode"];
const HOURS = 24;

/** What belongs to a node: the way to enrol it, the sources that it reads. */
function NodeDetail({ row }: DetailProps) {
  const t = useT();
  return (
    <div className="stack">
      {row.status !== "revoked" && <NewCode node={String(row.id)} enrolled={row.status === "active"} />}
      <Sources node={String(row.id)} revoked={row.status === "revoked"} />
      <Link to={`/ingest/deliveries?f.node_id=${String(row.id)}`}>{t(N.brought)}</Link>
    </div>
  );
}

function useAttempt() {
  const explain = useExplain();
  const { message } = App.useApp();
  return async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    }
  };
}

function NewCode({ node, enrolled }: { node: string; enrolled: boolean }) {
  const t = useT();
  const may = useMay();
  const cache = useQueryClient();
  const attempt = useAttempt();
  const [made, setMade] = useState<string | null>(null);
  if (!may("ingest.write")) {
    return null;
  }
  const make = () =>
    attempt(async () => {
      const { code } = await api.post<NodeCode>(`/api/ingest/nodes/${node}/code`);
      setMade(code);
      await cache.invalidateQueries({ queryKey: ["rows", "/api/ingest/nodes"] });
    });
  const button = (
    <Button size="small" icon={<KeyOutlined />} onClick={enrolled ? undefined : make}>
      {t(N.makeCode)}
    </Button>
  );
  return (
    <Section
      title={t(N.enrolment)}
      extra={
        enrolled ? (
          <Popconfirm title={t(N.makeAgain)} okText={t(N.makeCode)} onConfirm={make}>
            {button}
          </Popconfirm>
        ) : (
          button
        )
      }
    >
      <span className="muted">{t(N.enrolmentNote)}</span>
      <Modal
        open={made !== null}
        title={t(N.code)}
        width={720}
        onCancel={() => setMade(null)}
        footer={
          <Button type="primary" onClick={() => setMade(null)}>
            {t(N.close)}
          </Button>
        }
      >
        <div className="stack">
          <Alert type="warning" showIcon title={t(N.once, { hours: HOURS })} />
          <Typography.Paragraph className="mono" copyable>
            {`suwen edge enrol --center ${window.location.origin} --code ${made ?? ""}`}
          </Typography.Paragraph>
          <Typography.Paragraph className="mono" copyable>
            suwen edge run
          </Typography.Paragraph>
        </div>
      </Modal>
    </Section>
  );
}

function Sources({ node, revoked }: { node: string; revoked: boolean }) {
  const t = useT();
  const may = useMay();
  const cache = useQueryClient();
  const attempt = useAttempt();
  const key = ["ingest", "node-sources", node];
  const sources = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<NodeSource[]>(`/api/ingest/nodes/${node}/sources`, undefined, signal),
  });
  const assign = (source: string, to: string | null) =>
    attempt(async () => {
      await api.put(`/api/ingest/sources/${source}/node`, { node_id: to });
      await cache.invalidateQueries({ queryKey: key });
    });
  return (
    <QueryView query={sources} rows={3}>
      {(data) => (
        <Section flush title={t(N.sources)} hint={t(N.sourcesNote)}>
          <Table<NodeSource>
            size="small"
            rowKey="code"
            dataSource={data}
            pagination={false}
            locale={{ emptyText: <Empty text={t(N.noSources)} /> }}
            columns={[
              {
                title: t(N.name),
                key: "title",
                render: (_, one) => (
                  <Link to={`/ingest/sources/${one.code}`}>
                    {one.title} <span className="faint mono">{one.code}</span>
                  </Link>
                ),
              },
              { title: t(N.connector), dataIndex: "connector" },
              {
                title: t(N.way),
                key: "way",
                render: (_, one) => (
                  <Select
                    size="small"
                    aria-label={t(N.way)}
                    style={{ width: 170 }}
                    disabled={!may("ingest.write")}
                    value={one.node_id ?? ""}
                    onChange={(to: string) => assign(one.code, to || null)}
                    options={[
                      { value: "", label: t(N.direct) },
                      { value: node, label: t(N.here), disabled: revoked },
                      ...(one.node_id && one.node_id !== node
                        ? [{ value: one.node_id, label: t(N.other), disabled: true }]
                        : []),
                    ]}
                  />
                ),
              },
            ]}
          />
        </Section>
      )}
    </QueryView>
  );
}

export const nodeDetails = { "ingest.nodes": NodeDetail };
