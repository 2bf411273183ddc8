import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Checkbox, DatePicker, Form, Input, Table, Tag, Timeline } from "antd";
import type { Dayjs } from "dayjs";
import { useParams } from "react-router";
import { api } from "@/kernel/client";
import { formatDateTime, NOTHING } from "@/kernel/format";
import { type Message, useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { mayUnmask, useSession } from "@/kernel/session";
import { Empty, ErrorState, Loading, QueryView } from "@/kernel/state";
import type { FeedText, RowChange, RowHistory } from "../types";
import { H } from "./messages";
import "../ingest.css";

const OPS: Record<RowChange["op"], [Message, string]> = {
  I: [H.inserted, "green"],
  U: [H.updated, "blue"],
  D: [H.deleted, "red"],
};

interface Asked {
  key: string[];
  at?: Dayjs | null;
  unmask?: boolean;
}

/** What happened to one row of a feed's source. The key travels in the body: it may name a person. */
export function HistoryPage() {
  const { code = "" } = useParams();
  const feed = useQuery({
    queryKey: ["ingest", "definition", code],
    queryFn: ({ signal }) => api.get<FeedText>(`/api/ingest/feeds/${code}/definition`, undefined, signal),
  });
  return <QueryView query={feed}>{(data) => <History feed={data} />}</QueryView>;
}

function History({ feed }: { feed: FeedText }) {
  const t = useT();
  const session = useSession();
  const found = useMutation({
    mutationFn: (asked: Asked) =>
      api.post<RowHistory>(`/api/ingest/feeds/${feed.code}/history`, {
        key: asked.key,
        at: asked.at?.toISOString() ?? null,
        unmask: asked.unmask ?? false,
      }),
  });
  return (
    <>
      <PageHead
        back={{ to: "/ingest/feeds", label: t(H.feeds) }}
        title={
          <>
            {t(H.title)}
            <span className="faint">
              {feed.title} · <span className="mono">{feed.code}</span>
            </span>
          </>
        }
        note={t(H.note)}
      />
      <div className="stack">
        <Section>
          <Form<Asked> layout="inline" onFinish={(asked) => found.mutate(asked)}>
            {feed.key.map((column, place) => (
              <Form.Item key={column} name={["key", place]} label={column} rules={[{ required: true, message: "" }]}>
                <Input className="mono" autoComplete="off" />
              </Form.Item>
            ))}
            <Form.Item name="at" label={t(H.at)}>
              <DatePicker showTime placeholder={t(H.atNow)} />
            </Form.Item>
            {mayUnmask(session.data) && (
              <Form.Item name="unmask" valuePropName="checked">
                <Checkbox>{t(H.clear)}</Checkbox>
              </Form.Item>
            )}
            <Button type="primary" htmlType="submit" loading={found.isPending}>
              {t(H.look)}
            </Button>
          </Form>
        </Section>
        {found.isPending && <Loading rows={6} />}
        {found.isError && (
          <Section>
            <ErrorState error={found.error} />
          </Section>
        )}
        {found.data && <Told history={found.data} />}
      </div>
    </>
  );
}

function Told({ history }: { history: RowHistory }) {
  const t = useT();
  if (history.changes.length === 0) {
    return (
      <Section>
        <Empty text={t(H.none)} />
      </Section>
    );
  }
  const state = Object.entries(history.state ?? {});
  return (
    <div className="history">
      <Section title={t(H.changes)} hint={t(H.changeCount, { count: history.changes.length })}>
        <Timeline
          items={[...history.changes].reverse().map((one) => ({
            key: `${one.number}-${one.arrived_at}-${one.op}-${one.changed.join()}`,
            color: OPS[one.op][1],
            content: <Changed change={one} />,
          }))}
        />
      </Section>
      <Section
        flush
        title={history.at ? t(H.state) : t(H.stateNow)}
        hint={history.at ? formatDateTime(history.at) : undefined}
      >
        {history.state === null ? (
          <Empty text={t(H.noRow)} />
        ) : (
          <Table
            size="small"
            rowKey="0"
            pagination={false}
            dataSource={state}
            columns={[
              { title: t(H.column), dataIndex: "0", className: "mono" },
              { title: t(H.value), dataIndex: "1", render: told },
            ]}
          />
        )}
      </Section>
    </div>
  );
}

function Changed({ change }: { change: RowChange }) {
  const t = useT();
  const [name, color] = OPS[change.op];
  return (
    <>
      <p className="history-head">
        <Tag color={color}>{t(name)}</Tag>
        {formatDateTime(change.arrived_at)}
        <span className="faint">{t(H.batch, { number: change.number })}</span>
      </p>
      <Table
        size="small"
        rowKey={(column) => column}
        pagination={false}
        dataSource={change.changed}
        columns={[
          { title: t(H.column), key: "column", className: "mono", render: (_, column: string) => column },
          ...(change.op === "I"
            ? []
            : [
                {
                  title: t(H.before),
                  key: "before",
                  render: (_: unknown, column: string) => told(change.before?.[column]),
                },
              ]),
          ...(change.op === "D"
            ? []
            : [
                {
                  title: t(H.after),
                  key: "after",
                  render: (_: unknown, column: string) => told(change.after?.[column]),
                },
              ]),
        ]}
      />
    </>
  );
}

function told(value: unknown): string {
  return value === null || value === undefined ? NOTHING : String(value);
}
