import { Progress, Table } from "antd";
import { Link } from "react-router";
import { OrgName } from "@/kernel/fields";
import { formatBytes, formatDateTime, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import type { EdgeThread } from "../../types";
import { T } from "./messages";
import { State } from "./State";

const STATES = { ordered: T.ordered, receiving: T.receivingNow, complete: T.complete };
const PURPOSES = { check: T.check, locate: T.locate, repair: T.repair, indicator: T.indicator };
const SHOWN = 3;

/** The machines in hospitals: what each reads and sends, how full its buffer is, when it called last. */
export function Edges({ edges }: { edges: EdgeThread[] }) {
  const t = useT();
  if (!edges.length) {
    return null;
  }
  return (
    <Section title={t(T.edges)} hint={edges.length} flush>
      <Table<EdgeThread>
        size="small"
        rowKey="id"
        dataSource={edges}
        pagination={{ pageSize: 10, hideOnSinglePage: true, size: "small" }}
        scroll={{ x: "max-content" }}
        columns={[
          {
            title: t(T.status),
            dataIndex: "state",
            render: (state: EdgeThread["state"]) => <State state={state} word={T[state]} />,
          },
          {
            title: t(T.edge),
            dataIndex: "title",
            render: (title: string, one) => (
              <>
                <Link to={`/ingest/nodes?id=${one.id}`}>{title}</Link>
                <div className="faint">
                  <OrgName code={one.org_code} />
                </div>
              </>
            ),
          },
          { title: t(T.brings), key: "brings", render: (_, one) => <Brings edge={one} /> },
          { title: t(T.buffer), key: "buffer", width: 180, render: (_, one) => <Buffer edge={one} /> },
          {
            title: t(T.contact),
            dataIndex: "seen_at",
            className: "num nowrap",
            render: (at: string | null, one) => (
              <span className={one.state === "lost" ? "bad" : undefined}>
                {at ? formatDateTime(at) : t(T.noContact)}
              </span>
            ),
          },
          { title: t(T.version), dataIndex: "version", className: "mono", render: (value) => value ?? "—" },
        ]}
      />
    </Section>
  );
}

function Brings({ edge }: { edge: EdgeThread }) {
  const t = useT();
  if (!edge.tasks.length && !edge.error) {
    return <span className="faint">—</span>;
  }
  return (
    <>
      {edge.tasks.slice(0, SHOWN).map((one) => (
        <div key={one.id}>
          <Link className="mono" to={`/ingest/deliveries?${new URLSearchParams({ "f.feed": one.feed })}`}>
            {one.feed}
          </Link>{" "}
          <span className="muted">
            {[
              ...(one.purpose in PURPOSES ? [t(PURPOSES[one.purpose as keyof typeof PURPOSES])] : []),
              one.state in STATES ? t(STATES[one.state as keyof typeof STATES]) : one.state,
              t(T.read, { count: formatNumber(one.rows_read) }),
              ...(one.chunks ? [t(T.sent, { chunks: formatNumber(one.chunks), bytes: formatBytes(one.bytes) })] : []),
            ].join(" · ")}
          </span>
          {one.error && one.error !== edge.error && <div className="bad">{one.error}</div>}
        </div>
      ))}
      {edge.tasks.length > SHOWN && (
        <span className="faint">{t(T.moreTasks, { count: edge.tasks.length - SHOWN })}</span>
      )}
      {edge.error && <div className="bad">{edge.error}</div>}
    </>
  );
}

function Buffer({ edge }: { edge: EdgeThread }) {
  const t = useT();
  if (!edge.buffer_limit) {
    return <span className="faint">—</span>;
  }
  return (
    <>
      <Progress
        percent={Math.min(100, Math.round((100 * edge.buffered_bytes) / edge.buffer_limit))}
        size="small"
        status={edge.state === "full" ? "exception" : "normal"}
      />
      <div className="muted nowrap">
        {formatBytes(edge.buffered_bytes)} / {formatBytes(edge.buffer_limit)}
        {edge.buffered_chunks > 0 && ` · ${t(T.chunks, { count: formatNumber(edge.buffered_chunks) })}`}
      </div>
    </>
  );
}
