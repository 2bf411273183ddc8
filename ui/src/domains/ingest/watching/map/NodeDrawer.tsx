import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Descriptions, Drawer, Table } from "antd";
import { Link } from "react-router";
import { api } from "@/kernel/client";
import { FieldValue } from "@/kernel/fields";
import { formatDateTime, formatDuration, formatMinute, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { useResource } from "@/kernel/resource/api";
import type { Page } from "@/kernel/resource/types";
import { useMay } from "@/kernel/session";
import { QueryView, useExplain } from "@/kernel/state";
import type { Batch, EdgeThread, Feed, MapNode } from "../../types";
import { N } from "./messages";
import { colourOf, isPlaced, wordOf } from "./states";

/** What there is to know of an institution, and the way to run its feeds again from here. */
export function NodeDrawer({ node, onClose }: { node: MapNode; onClose: () => void }) {
  const t = useT();
  const found = useQuery({
    queryKey: ["ingest", "map", "node", node.org_code, node.state, node.data_at],
    queryFn: async ({ signal }) => {
      const of = { "f.org_code": node.org_code };
      const [feeds, batches] = await Promise.all([
        api.get<Page<Feed>>("/api/ingest/feeds", { ...of, page_size: 200 }, signal),
        api.get<Page<Batch>>("/api/ingest/batches", { ...of, page_size: 12, sort: "-started_at" }, signal),
      ]);
      return { feeds: feeds.items, batches: batches.items };
    },
  });
  const place = isPlaced(node) ? `${node.longitude.toFixed(4)}, ${node.latitude.toFixed(4)}` : t(N.unplaced);
  return (
    <Drawer open size={560} onClose={onClose} title={node.name} mask={false}>
      <div className="stack">
        <Descriptions
          size="small"
          column={2}
          bordered
          items={[
            {
              key: "state",
              label: t(N.state),
              children: (
                <span className="row">
                  <i className="map-dot" style={{ background: colourOf(node.state) }} />
                  {t(wordOf(node.state))}
                </span>
              ),
            },
            { key: "data", label: t(N.data), children: formatMinute(node.data_at) },
            { key: "p95", label: t(N.p95), children: formatDuration(node.p95) },
            { key: "running", label: t(N.runningTasks), children: formatNumber(node.running) },
            { key: "failing", label: t(N.failingFeeds), children: formatNumber(node.failing) },
            { key: "quiet", label: t(N.quietFeeds), children: formatNumber(node.quiet) },
            {
              key: "alarms",
              label: t(N.alarms),
              children: (
                <Link to={`/ingest/alarms?${new URLSearchParams({ "f.org_code": node.org_code, "f.status": "open" })}`}>
                  {formatNumber(node.alarms)}
                </Link>
              ),
            },
            {
              key: "place",
              label: t(N.place),
              children: (
                <Link title={t(N.unplacedHint)} to={`/orgs/institutions?q=${node.org_code}`}>
                  {place}
                </Link>
              ),
            },
            ...node.edges.map((edge) => ({
              key: edge.id,
              span: 2,
              label: t(N.edge),
              children: <Edge edge={edge} />,
            })),
          ]}
        />
        <QueryView query={found} rows={4}>
          {({ feeds, batches }) => (
            <>
              <Feeds feeds={feeds} />
              <Runs batches={batches} />
            </>
          )}
        </QueryView>
      </div>
    </Drawer>
  );
}

const EDGES = {
  pending: N.edgePending,
  lost: N.edgeLost,
  full: N.edgeFull,
  failing: N.edgeFailing,
  busy: N.edgeBusy,
  idle: N.edgeIdle,
};

function Edge({ edge }: { edge: EdgeThread }) {
  const t = useT();
  const well = edge.state === "busy" || edge.state === "idle";
  const contact = edge.seen_at ? t(N.edgeContact, { at: formatDateTime(edge.seen_at) }) : t(N.edgeNever);
  return (
    <>
      <Link to={`/ingest/nodes?id=${edge.id}`}>{edge.title}</Link>{" "}
      <span className={well ? undefined : edge.state === "pending" ? "faint" : "bad"}>{t(EDGES[edge.state])}</span>
      <div className="muted">{contact}</div>
      {edge.error && <div className="bad">{edge.error}</div>}
    </>
  );
}

function Feeds({ feeds }: { feeds: Feed[] }) {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  const run = useMutation({
    mutationFn: async (codes: string[]) => {
      for (const code of codes) {
        for (const id of jobsOf(await api.post(`/api/ingest/feeds/${code}/run`, {}))) {
          follow(id, t(N.began, { what: code }));
        }
      }
    },
    onError: (error) => message.error(explain(error).title),
  });
  const rerun = (codes: string[], word: string) => (
    <Button type="link" size="small" loading={run.isPending} onClick={() => run.mutate(codes)}>
      {word}
    </Button>
  );
  return (
    <Table<Feed>
      size="small"
      rowKey="code"
      dataSource={feeds}
      pagination={{ pageSize: 8, hideOnSinglePage: true, size: "small" }}
      columns={[
        {
          title: t(N.feed),
          dataIndex: "code",
          className: "mono",
          render: (code: string) => (
            <Link to={`/ingest/batches?${new URLSearchParams({ "f.feed": code })}`}>{code}</Link>
          ),
        },
        { title: t(N.data), dataIndex: "data_at", className: "num nowrap", render: formatMinute },
        ...(may("ingest.run")
          ? [
              {
                key: "run",
                align: "right" as const,
                title:
                  feeds.length > 1
                    ? rerun(
                        feeds.map((one) => one.code),
                        t(N.rerunAll),
                      )
                    : null,
                render: (_: unknown, one: Feed) => rerun([one.code], t(N.rerun)),
              },
            ]
          : []),
      ]}
    />
  );
}

function Runs({ batches }: { batches: Batch[] }) {
  const t = useT();
  const spec = useResource("ingest.batches");
  const status = spec.data?.columns.find((one) => one.name === "status") ?? {
    name: "status",
    label: "",
    kind: "select",
  };
  return (
    <Table<Batch>
      size="small"
      rowKey="id"
      title={() => t(N.runs)}
      dataSource={batches}
      pagination={false}
      columns={[
        {
          title: t(N.when),
          dataIndex: "started_at",
          className: "num nowrap",
          render: (at: string, one) => <Link to={`/ingest/batches?id=${one.id}`}>{formatMinute(at)}</Link>,
        },
        { title: t(N.feed), dataIndex: "feed", className: "mono" },
        {
          title: t(N.result),
          dataIndex: "status",
          render: (value: string, one) => (
            <>
              <FieldValue value={value} field={status} />
              {one.error && <div className="bad">{one.error}</div>}
            </>
          ),
        },
        {
          title: t(N.rows),
          dataIndex: "rows_in",
          align: "right",
          className: "num",
          render: (rows: number) => formatNumber(rows),
        },
      ]}
    />
  );
}
