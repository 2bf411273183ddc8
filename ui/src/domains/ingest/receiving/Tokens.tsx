import { DownloadOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, InputNumber, Modal, Popconfirm, Table, Tag, Typography } from "antd";
import { useState } from "react";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { formatDateTime } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { Empty, useExplain } from "@/kernel/state";
import { R } from "./messages";

type Token = components["schemas"]["TokenInfo"];
type Wanted = components["schemas"]["TokenWanted"];

/** The tokens of a source that sends: made and shown once, revoked. */
export function Tokens({ source, tables }: { source: string; tables: string[] }) {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const [asking, setAsking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [form] = Form.useForm<Wanted>();
  const path = `/api/ingest/sources/${source}/tokens`;
  const key = ["ingest", "tokens", source];
  const tokens = useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<Token[]>(path, undefined, signal) });

  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
      await cache.invalidateQueries({ queryKey: key });
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    }
  };
  const make = (wanted: Wanted) =>
    attempt(async () => {
      const { token } = await api.post<{ token: string }>(path, { ...wanted, days: wanted.days ?? null });
      setAsking(false);
      setMade(token);
    });

  return (
    <Section
      flush
      title={t(R.tokens)}
      hint={t(R.tokensNote)}
      extra={
        <span className="row">
          <Button size="small" icon={<DownloadOutlined />} href={`/api/ingest/sources/${source}/wsdl`} target="_blank">
            WSDL
          </Button>
          {may("ingest.write") && (
            <Button
              size="small"
              icon={<PlusOutlined />}
              onClick={() => {
                form.resetFields();
                setAsking(true);
              }}
            >
              {t(R.make)}
            </Button>
          )}
        </span>
      }
    >
      <Table<Token>
        size="small"
        rowKey="id"
        loading={tokens.isPending}
        dataSource={tokens.data}
        locale={{ emptyText: <Empty text={t(R.noTokens)} /> }}
        pagination={false}
        columns={[
          { title: t(R.name), dataIndex: "title" },
          { title: t(R.createdBy), dataIndex: "created_by" },
          { title: t(R.created), dataIndex: "created_at", render: formatDateTime },
          {
            title: t(R.used),
            dataIndex: "last_used_at",
            render: (at: string | null) => (at ? formatDateTime(at) : <span className="faint">{t(R.unused)}</span>),
          },
          {
            title: t(R.expires),
            dataIndex: "expires_at",
            render: (at: string | null) => (at ? formatDateTime(at) : t(R.never)),
          },
          {
            key: "buttons",
            align: "right",
            render: (_, one) =>
              one.revoked_at ? (
                <Tag>{t(R.revoked)}</Tag>
              ) : one.expires_at && new Date(one.expires_at) < new Date() ? (
                <Tag>{t(R.over)}</Tag>
              ) : (
                may("ingest.write") && (
                  <Popconfirm
                    title={t(R.revokeAsk)}
                    okText={t(R.revoke)}
                    onConfirm={() => attempt(() => api.delete(`${path}/${one.id}`))}
                  >
                    <Button size="small" danger>
                      {t(R.revoke)}
                    </Button>
                  </Popconfirm>
                )
              ),
          },
        ]}
      />
      <Modal
        open={asking}
        title={t(R.make)}
        onCancel={() => setAsking(false)}
        onOk={() => form.submit()}
        destroyOnHidden
      >
        <Form form={form} layout="vertical" onFinish={make}>
          <Form.Item name="title" label={t(R.name)} extra={t(R.nameHelp)} rules={[{ required: true, max: 60 }]}>
            <Input autoFocus />
          </Form.Item>
          <Form.Item name="days" label={t(R.days)} extra={t(R.daysHelp)}>
            <InputNumber min={1} max={3650} style={{ width: "100%" }} />
          </Form.Item>
        </Form>
      </Modal>
      <Modal
        open={made !== null}
        title={t(R.made)}
        width={720}
        onCancel={() => setMade(null)}
        footer={
          <Button type="primary" onClick={() => setMade(null)}>
            {t(R.close)}
          </Button>
        }
      >
        <div className="stack">
          <Alert type="warning" showIcon title={t(R.once)} />
          <Typography.Text className="mono" copyable>
            {made ?? ""}
          </Typography.Text>
          <div>
            <div className="muted">{t(R.how)}</div>
            <pre className="json">{howTo(source, tables[0] ?? "…")}</pre>
            <div className="muted">
              {t(R.howSoap, { address: `${window.location.origin}/api/ingest/soap/${source}` })}
            </div>
          </div>
        </div>
      </Modal>
    </Section>
  );
}

function howTo(source: string, table: string): string {
  return [
    `POST ${window.location.origin}/api/ingest/receive/${source}/${table}`,
    "Authorization: Bearer …",
    "Content-Type: application/json",
    "",
    '{"message_id": "…", "records": [{"operation": "upsert", "record": {…}}, {"operation": "delete", "record": {…}}]}',
  ].join("\n");
}
