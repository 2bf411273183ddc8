import { useQuery } from "@tanstack/react-query";
import { Checkbox, Descriptions, Table } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { formatDuration, formatMinute, formatNumber, formatText } from "@/kernel/format";
import { type Message, useT, useTitle } from "@/kernel/i18n";
import { useListState } from "@/kernel/resource/listState";
import type { DetailProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { Empty, QueryView } from "@/kernel/state";
import { Trend } from "./AssessmentPage";
import { Q } from "./messages";
import { DIMENSIONS, Total, Value } from "./values";

type Detail = components["schemas"]["AssessedDetail"];
type Element = components["schemas"]["AssessedElement"];
const STATES: Record<string, Message> = { failed: Q.failed, held: Q.held, standardised: Q.standardised };

/** What is behind a feed's figures: its days, elements, refusals, differences, late batches. */
function AssessedFeed({ row }: DetailProps) {
  const code = String(row.feed);
  const { state } = useListState();
  const days = Number(state.filters.days ?? row.days);
  const detail = useQuery({
    queryKey: ["ingest", "assessment", "feed", code, days],
    queryFn: ({ signal }) =>
      api.get<Detail>(`/api/ingest/assessment/feeds/${encodeURIComponent(code)}`, { days }, signal),
  });
  return (
    <QueryView query={detail} rows={6}>
      {(data) => (
        <div className="stack">
          <Values data={data} />
          <Links data={data} />
          <Trend days={data.days} />
          <Elements data={data} />
          <Refusals data={data} />
          <Late data={data} />
        </div>
      )}
    </QueryView>
  );
}

/** The total and the five dimensions over the days that the list is of. */
function Values({ data }: { data: Detail }) {
  const t = useT();
  const { feed } = data;
  return (
    <Descriptions
      bordered
      column={1}
      size="small"
      title={t(Q.lastDays, { count: feed.days })}
      styles={{ label: { width: 150 } }}
      items={[
        { key: "total", label: t(Q.total), children: <Total value={feed.total ?? null} /> },
        ...DIMENSIONS.map((name) => ({
          key: name,
          label: t(Q[name]),
          children: (
            <Value
              value={feed[name]}
              met={feed[`${name}_met`]}
              of={feed[`${name}_of`]}
              reason={feed[`${name}_reason`]}
            />
          ),
        })),
      ]}
    />
  );
}

function Links({ data }: { data: Detail }) {
  const t = useT();
  const may = useMay();
  const { feed, source, org_code: org, dataset } = data.feed;
  const of = (more: Record<string, string> = {}) => new URLSearchParams({ "f.feed": feed, ...more });
  const judged = new URLSearchParams({ "f.org_code": org, "f.dataset": dataset });
  const counts = { open: formatNumber(data.differences_open), closed: formatNumber(data.differences_closed) };
  const links: [string, string, string][] = [
    [`/ingest/preparation?${of()}`, t(Q.seePreparation), "ingest.read"],
    [`/ingest/quarantine?${of()}`, t(Q.seeQuarantine), "ingest.rows"],
    [`/ingest/differences?${of()}`, t(Q.seeDifferences, counts), "ingest.read"],
    [`/ingest/check_days?${of()}`, t(Q.seeDays), "ingest.read"],
    [`/ingest/batches?${of()}`, t(Q.seeBatches), "ingest.read"],
    [`/ingest/plans?${new URLSearchParams({ "f.source": source })}`, t(Q.seePlans), "ingest.read"],
    [`/quality/totals?${judged}`, t(Q.seeRules), "quality.read"],
  ];
  return (
    <div>
      <h3>{t(Q.behind)}</h3>
      <div className="row" style={{ flexWrap: "wrap" }}>
        {links
          .filter(([, , right]) => may(right))
          .map(([to, label]) => (
            <Link key={to} to={to}>
              {label}
            </Link>
          ))}
      </div>
    </div>
  );
}

const faulty = (one: Element) =>
  one.present < one.required || one.inside < one.coded || one.blanked > 0 || one.quarantined > 0;

function Elements({ data }: { data: Detail }) {
  const t = useT();
  const title = useTitle();
  const [all, setAll] = useState(false);
  const shown = data.elements.filter((one) => all || faulty(one));
  const share = (met: number, of: number) =>
    of ? (
      <span className={met < of ? "warn" : undefined}>
        {formatNumber(met)} / {formatNumber(of)}
      </span>
    ) : (
      <span className="faint">{formatText(null)}</span>
    );
  const count = (value: number) => <span className={value ? "warn" : "faint"}>{formatNumber(value)}</span>;
  return (
    <div>
      <h3>
        {t(Q.elements)}{" "}
        <Checkbox checked={!all} onChange={(event) => setAll(!event.target.checked)}>
          {t(Q.onlyFaults)}
        </Checkbox>
      </h3>
      {shown.length ? (
        <Table<Element>
          size="small"
          rowKey="element"
          dataSource={shown}
          pagination={{ pageSize: 10, hideOnSinglePage: true, size: "small" }}
          columns={[
            {
              title: t(Q.element),
              dataIndex: "element",
              render: (name: string, one) => (
                <Link
                  to={`/ingest/preparation?${new URLSearchParams({ "f.feed": data.feed.feed, "f.element": name })}`}
                >
                  {title(one)} <span className="faint mono">{name}</span>
                  {one.is_mapped || <span className="warn"> {t(Q.unmapped)}</span>}
                </Link>
              ),
            },
            {
              title: t(Q.required),
              key: "required",
              className: "num",
              render: (_, one) => share(one.present, one.required),
            },
            { title: t(Q.inside), key: "inside", className: "num", render: (_, one) => share(one.inside, one.coded) },
            { title: t(Q.blanked), dataIndex: "blanked", className: "num", render: count },
            { title: t(Q.quarantined), dataIndex: "quarantined", className: "num", render: count },
          ]}
        />
      ) : (
        <Empty text={t(data.elements.length ? Q.noFaults : Q.not_examined)} />
      )}
    </div>
  );
}

function Refusals({ data }: { data: Detail }) {
  const t = useT();
  const title = useTitle();
  if (!data.refused.length) {
    return null;
  }
  return (
    <div>
      <h3>{t(Q.refused)}</h3>
      <Table
        size="small"
        rowKey={(one) => `${one.reason}|${one.element}`}
        dataSource={data.refused}
        pagination={false}
        columns={[
          {
            title: t(Q.reason),
            key: "reason",
            render: (_, one) => title({ title: one.reason_title, title_en: one.reason_title_en }),
          },
          { title: t(Q.element), dataIndex: "element", className: "mono", render: formatText },
          { title: t(Q.rows), dataIndex: "rows", className: "num", render: (rows: number) => formatNumber(rows) },
        ]}
      />
    </div>
  );
}

function Late({ data }: { data: Detail }) {
  const t = useT();
  if (!data.late.length) {
    return null;
  }
  return (
    <div>
      <h3>
        {t(Q.late)} <span className="faint">{t(Q.promised, { time: formatDuration(data.promised) })}</span>
      </h3>
      <Table
        size="small"
        rowKey="id"
        dataSource={data.late}
        pagination={false}
        columns={[
          {
            title: t(Q.batch),
            dataIndex: "number",
            render: (number: number, one) => (
              <Link to={`/ingest/batches?${new URLSearchParams({ "f.feed": data.feed.feed, id: one.id })}`}>
                {formatNumber(number)}
              </Link>
            ),
          },
          { title: t(Q.started), dataIndex: "started_at", render: formatMinute },
          {
            title: t(Q.status),
            dataIndex: "status",
            render: (status: string) => (STATES[status] ? t(STATES[status]) : status),
          },
          { title: t(Q.latency), dataIndex: "latency", className: "num", render: formatDuration },
          { title: t(Q.took), dataIndex: "seconds", className: "num", render: formatDuration },
        ]}
      />
    </div>
  );
}

export const assessingDetails = { "ingest.assessments": AssessedFeed };
