import { Table } from "antd";
import { Link } from "react-router";
import { OrgName } from "@/kernel/fields";
import { formatDateTime, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import type { ReceiverThread } from "../../types";
import { T } from "./messages";
import { State } from "./State";

/** What takes messages in: listeners, consumers, the platform's own interface; what fails stands first with its reason. */
export function Receivers({ receivers }: { receivers: ReceiverThread[] }) {
  const t = useT();
  return (
    <Section title={t(T.receivers)} hint={receivers.length || undefined} flush>
      {receivers.length ? (
        <Table<ReceiverThread>
          size="small"
          rowKey={(one) => `${one.source} ${one.channel} ${one.host} ${one.pid}`}
          dataSource={receivers}
          pagination={{ pageSize: 10, hideOnSinglePage: true, size: "small" }}
          scroll={{ x: "max-content" }}
          columns={[
            {
              title: t(T.status),
              dataIndex: "state",
              render: (state: ReceiverThread["state"]) => <State state={state} word={T[state]} />,
            },
            {
              title: t(T.source),
              dataIndex: "source",
              className: "mono",
              render: (code: string) => <Link to={`/ingest/sources/${code}`}>{code}</Link>,
            },
            { title: t(T.org), dataIndex: "org_code", render: (code: string) => <OrgName code={code} /> },
            { title: t(T.channel), dataIndex: "channel", className: "mono" },
            { title: t(T.place), dataIndex: "place", className: "mono" },
            {
              title: t(T.taken),
              dataIndex: "taken",
              align: "right",
              className: "num nowrap",
              render: (taken: number, one) => (
                <>
                  {formatNumber(taken)}
                  {one.channel === "push" && <span className="unit">{t(T.lastHour)}</span>}
                  {one.refused > 0 && <span className="warn"> {t(T.refused, { count: one.refused })}</span>}
                </>
              ),
            },
            { title: t(T.last), dataIndex: "last_at", className: "num nowrap", render: formatDateTime },
            {
              title: t(T.error),
              dataIndex: "error",
              render: (error: string | null, one) =>
                error ? (
                  <span className={one.state === "failed" ? "bad" : "faint"} title={formatDateTime(one.error_at)}>
                    {error}
                  </span>
                ) : (
                  <span className="faint">—</span>
                ),
            },
            {
              title: t(T.worker),
              key: "process",
              className: "mono nowrap",
              render: (_, one) => (one.host ? `${one.host}:${one.pid}` : "—"),
            },
          ]}
        />
      ) : (
        <p className="thread-none">{t(T.noReceivers)}</p>
      )}
    </Section>
  );
}
