import { Drawer, Table, Tabs, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { OrgName } from "@/kernel/fields/OrgName";
import { formatNumber, NOTHING } from "@/kernel/format";
import { type Message, useT, useTitle } from "@/kernel/i18n";
import { ExportButton } from "@/kernel/resource/ExportButton";
import { Empty, QueryView } from "@/kernel/state";
import { HeldAgainst } from "./cells";
import { M } from "./messages";
import { C } from "./messages_monitoring";
import { useBranch, useConformance } from "./queries";
import { TrendChart } from "./TrendChart";
import type { ConformanceRow, ElementState, Finding } from "./types";

const PATH = "/api/standards/conformance";

/** What stands behind one institution's figures of a dataset. */
export function ConformanceDrawer({ row, onClose }: { row: ConformanceRow; onClose: () => void }) {
  const t = useT();
  const title = useTitle();
  const query = useConformance(row.id);
  const dataset = useBranch("dataset").data?.find((one) => one.code === row.dataset);
  const history = new URLSearchParams({ "f.org_code": row.org_code, "f.dataset": row.dataset });
  const counts = (part: number, whole: number) => t(C.rowsOf, { part: formatNumber(part), whole: formatNumber(whole) });
  return (
    <Drawer
      open
      size={980}
      onClose={onClose}
      title={
        <span className="row">
          <OrgName code={row.org_code} /> · {dataset ? title(dataset) : row.dataset}{" "}
          <span className="faint mono">{row.dataset}</span> <Tag color="green">{`${t(C.inForce)} v${row.version}`}</Tag>
        </span>
      }
      extra={<Link to={`/standards/conformance_notes?${history}`}>{t(C.history)}</Link>}
    >
      <div className="stack">
        <div className="grid grid-tight">
          <Stat label={t(C.mapped)} value={row.mapped} unit="%" digits={1} note={counts(row.filled, row.fields)} />
          <Stat
            label={t(C.accepted)}
            value={row.accepted}
            unit="%"
            digits={2}
            note={
              <>
                {counts(row.received - row.refused, row.received)} <HeldAgainst value={row.loaded_version} row={row} />
              </>
            }
          />
          <Stat
            label={t(C.score)}
            value={row.score}
            digits={2}
            note={
              <>
                {counts(row.checked - row.failed, row.checked)} <HeldAgainst value={row.judged_version} row={row} />
              </>
            }
          />
        </div>
        <QueryView query={query}>
          {(found) => (
            <Tabs
              items={[
                { key: "findings", label: t(C.findings), children: <Findings id={row.id} findings={found.findings} /> },
                { key: "elements", label: t(C.elements), children: <Elements elements={found.elements} /> },
                { key: "trend", label: t(C.trend), children: <TrendChart {...found} /> },
              ]}
            />
          )}
        </QueryView>
      </div>
    </Drawer>
  );
}

const fails = (one: Finding) => one.source === "mapping" || Boolean(one.failed);

function Findings({ id, findings }: { id: string; findings: Finding[] }) {
  const t = useT();
  const title = useTitle();
  const [failing, setFailing] = useState(true);
  const sources: Record<Finding["source"], Message> = { mapping: C.mapping, arrival: C.arrival, rule: C.rule };
  const severities: Record<string, Message> = { critical: C.critical, major: C.major, minor: C.minor };
  const shown = failing ? findings.filter(fails) : findings;
  return (
    <div className="stack">
      <span className="row">
        <Tag.CheckableTag checked={failing} onChange={setFailing}>
          {t(C.onlyFailing)}
        </Tag.CheckableTag>
        <ExportButton size="small" path={`${PATH}/${id}/findings/export`} query={{ failing }} />
      </span>
      <Table<Finding>
        size="small"
        rowKey={(one) => `${one.source} ${one.code} ${one.element}`}
        dataSource={shown}
        locale={{ emptyText: <Empty text={t(C.noFinding)} /> }}
        pagination={{ defaultPageSize: 20, hideOnSinglePage: true }}
        columns={[
          {
            title: t(C.source),
            dataIndex: "source",
            width: 110,
            filters: Object.entries(sources).map(([value, word]) => ({ value, text: t(word) })),
            onFilter: (value, one) => one.source === value,
            render: (source: Finding["source"]) => <Tag>{t(sources[source])}</Tag>,
          },
          {
            title: t(C.finding),
            key: "finding",
            render: (_, one) => (one.path ? <Link to={one.path}>{title(one)}</Link> : title(one)),
          },
          { title: t(C.element), dataIndex: "element", className: "mono", render: (value) => value ?? NOTHING },
          {
            title: t(C.severity),
            dataIndex: "severity",
            width: 100,
            filters: Object.entries(severities).map(([value, word]) => ({ value, text: t(word) })),
            onFilter: (value, one) => one.severity === value,
            render: (severity: string | null) => (severity && severities[severity] ? t(severities[severity]) : NOTHING),
          },
          number(t(C.failed), "failed", 0),
          number(t(C.checked), "checked", 0),
          number(t(C.passed), "value", 2),
        ]}
      />
    </div>
  );
}

function Elements({ elements }: { elements: ElementState[] }) {
  const t = useT();
  const title = useTitle();
  return (
    <Table<ElementState>
      size="small"
      rowKey="name"
      dataSource={elements}
      pagination={{ defaultPageSize: 50, hideOnSinglePage: true }}
      columns={[
        {
          title: t(C.element),
          key: "element",
          render: (_, one) => (
            <>
              {title(one)} <span className="faint mono">{one.name}</span>{" "}
              {one.key ? <Tag color="blue">{t(M.key)}</Tag> : one.required && <Tag color="orange">{t(M.required)}</Tag>}
            </>
          ),
        },
        {
          title: t(C.mapped),
          dataIndex: "mapped",
          width: 120,
          filters: [
            { value: true, text: t(C.isMapped) },
            { value: false, text: t(C.notMapped) },
          ],
          onFilter: (value, one) => one.mapped === value,
          render: (mapped: boolean, one) => (
            <Tag color={mapped ? "green" : one.required ? "red" : "default"}>
              {t(mapped ? C.isMapped : C.notMapped)}
            </Tag>
          ),
        },
        number(t(C.rules), "rules", 0),
        number(t(C.failingRules), "failing", 0),
        number(t(C.failed), "failed", 0),
        number(t(C.passed), "value", 2),
      ]}
    />
  );
}

function number<T extends object>(title: string, name: keyof T & string, digits: number) {
  return {
    title,
    dataIndex: name,
    align: "right" as const,
    className: "num",
    sorter: (a: T, b: T) => Number(a[name] ?? -1) - Number(b[name] ?? -1),
    render: (value: number | null) => (value === null || value === undefined ? NOTHING : formatNumber(value, digits)),
  };
}
