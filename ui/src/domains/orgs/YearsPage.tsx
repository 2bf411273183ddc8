import { CopyOutlined, DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Segmented, Select, Table } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { address, api } from "@/kernel/client";
import { formatNumber, formatText } from "@/kernel/format";
import { useSaid, useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay, useSession } from "@/kernel/session";
import { Empty, QueryView } from "@/kernel/state";
import { CategoryName } from "./kinds";
import { Y } from "./messages";
import type { Year, YearChange, YearDifferences, YearKind, YearStatistics } from "./types";
import { CopyModal, ImportModal, PATH } from "./YearModals";
import "./orgs.css";

const KINDS: YearKind[] = ["institutions", "divisions"];
const LISTS = {
  institutions: { page: "/orgs/institution_years", api: "/api/orgs/institution_years", field: "year" },
  divisions: { page: "/orgs/divisions", api: "/api/orgs/divisions", field: "edition" },
};

/** Institutions and divisions year by year: which years there are, what they count, how two differ. */
export function YearsPage() {
  const t = useT();
  const may = useMay();
  const everything = useSession().data?.scope.orgs === null;
  const [kind, setKind] = useState<YearKind>("institutions");
  const [copying, setCopying] = useState(false);
  const [importing, setImporting] = useState<number | null>(null);
  const query = useQuery({
    queryKey: ["orgs", "years"],
    queryFn: ({ signal }) => api.get<Year[]>(PATH, undefined, signal),
  });
  const list = LISTS[kind];
  return (
    <div className="stack">
      <PageHead
        title={t(Y.title)}
        note={t(Y.note)}
        extra={
          may("orgs.write") && (
            <>
              <Button icon={<UploadOutlined />} onClick={() => setImporting(new Date().getFullYear())}>
                {t(Y.import)}
              </Button>
              {everything && (
                <Button type="primary" icon={<CopyOutlined />} onClick={() => setCopying(true)}>
                  {t(Y.copy)}
                </Button>
              )}
            </>
          )
        }
      />
      <span>
        <Segmented value={kind} onChange={setKind} options={KINDS.map((one) => ({ value: one, label: t(Y[one]) }))} />
      </span>
      <QueryView query={query}>
        {(years) => {
          const there = years.filter((one) => one[kind] > 0);
          return (
            <>
              <Section flush>
                <Table<Year>
                  size="small"
                  rowKey="year"
                  dataSource={there}
                  pagination={{ hideOnSinglePage: true }}
                  locale={{ emptyText: <Empty text={t(Y.none)} /> }}
                  columns={[
                    { title: t(Y.year), dataIndex: "year", width: 120, className: "num" },
                    { title: t(Y.count), width: 160, align: "right", render: (_, one) => formatNumber(one[kind]) },
                    {
                      title: "",
                      render: (_, one) => (
                        <span className="row">
                          <Link to={`${list.page}?f.${list.field}=${one.year}`}>{t(Y.open)}</Link>
                          {(["xlsx", "csv"] as const).map((format) => (
                            <a
                              key={format}
                              href={address(`${list.api}/export`, { [`f.${list.field}`]: one.year, format })}
                            >
                              {t(Y.export)} {format}
                            </a>
                          ))}
                        </span>
                      ),
                    },
                  ]}
                />
              </Section>
              {there.length > 1 && <Compare key={kind} kind={kind} years={there.map((one) => one.year)} />}
              {kind === "institutions" && <Statistics years={there.map((one) => one.year)} />}
              {copying && <CopyModal kind={kind} years={there} onClose={() => setCopying(false)} />}
              {importing && <ImportModal kind={kind} first={importing} onClose={() => setImporting(null)} />}
            </>
          );
        }}
      </QueryView>
    </div>
  );
}

const SIZE = 20;

function Compare({ kind, years }: { kind: YearKind; years: number[] }) {
  const t = useT();
  const said = useSaid();
  const [pair, setPair] = useState<[number, number]>([years[1] ?? 0, years[0] ?? 0]);
  const [change, setChange] = useState<YearChange | null>(null);
  const [page, setPage] = useState(1);
  const asked = { before: pair[0], after: pair[1], change, page, page_size: SIZE };
  const query = useQuery({
    queryKey: ["orgs", "years", kind, asked],
    queryFn: ({ signal }) => api.get<YearDifferences>(`${PATH}/${kind}/differences`, asked, signal),
    placeholderData: keepPreviousData,
  });
  const options = years.map((value) => ({ value, label: value }));
  const choose = (at: 0 | 1, value: number) => {
    setPair(at === 0 ? [value, pair[1]] : [pair[0], value]);
    setPage(1);
  };
  return (
    <Section
      title={t(Y.compare)}
      extra={
        <Button
          size="small"
          icon={<DownloadOutlined />}
          href={address(`${PATH}/${kind}/differences/export`, { before: pair[0], after: pair[1], format: "xlsx" })}
        >
          {t(Y.export)}
        </Button>
      }
    >
      <div className="stack">
        <span className="row">
          <Select size="small" value={pair[0]} options={options} onChange={(value) => choose(0, value)} /> →
          <Select size="small" value={pair[1]} options={options} onChange={(value) => choose(1, value)} />
          <Segmented
            size="small"
            value={change ?? "all"}
            onChange={(value) => {
              setChange(value === "all" ? null : (value as YearChange));
              setPage(1);
            }}
            options={[
              { value: "all", label: t(Y.all) },
              ...(["added", "removed", "changed"] as const).map((value) => ({
                value,
                label: `${t(Y[value])} ${query.data ? formatNumber(query.data[value]) : ""}`,
              })),
            ]}
          />
          {query.data && <span className="faint">{t(Y.same, { count: formatNumber(query.data.unchanged) })}</span>}
        </span>
        <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<Empty text={t(Y.noDifference)} />}>
          {(data) => (
            <Table
              size="small"
              rowKey="code"
              dataSource={data.items}
              pagination={{
                current: page,
                pageSize: SIZE,
                total: data.total,
                onChange: setPage,
                showSizeChanger: false,
                hideOnSinglePage: true,
              }}
              columns={[
                { title: t(Y.change), width: 90, render: (_, row) => t(Y[row.change]) },
                { title: t(Y.code), dataIndex: "code", className: "mono", width: 200 },
                { title: t(Y.name), dataIndex: "name", width: 260 },
                {
                  title: t(Y.what),
                  render: (_, row) =>
                    row.fields.map((one) => (
                      <span key={one.field} className="registry-change">
                        {said(one.label, one.label_en)}：
                        <span className="registry-was">
                          <Changed field={one.field} value={one.before} />
                        </span>{" "}
                        → <Changed field={one.field} value={one.after} />
                      </span>
                    )),
                },
              ]}
            />
          )}
        </QueryView>
      </div>
    </Section>
  );
}

function Changed({ field, value }: { field: string; value: unknown }) {
  return field === "category_code" && value ? <CategoryName code={String(value)} /> : formatText(value);
}

type Grouping = "level" | "category_code" | "division_code";

function Statistics({ years }: { years: number[] }) {
  const t = useT();
  const now = new Date().getFullYear();
  const [year, setYear] = useState(years[0] ?? now);
  const [by, setBy] = useState<Grouping>("level");
  const query = useQuery({
    queryKey: ["orgs", "years", "statistics", year, by],
    queryFn: ({ signal }) => api.get<YearStatistics>(`${PATH}/institutions/${year}/statistics`, { by }, signal),
    placeholderData: keepPreviousData,
  });
  const known = [...new Set([now, ...years])].sort((a, b) => b - a);
  return (
    <Section title={t(Y.statistics)} hint={query.data && t(query.data.copied ? Y.ofCopy : Y.ofRegister)}>
      <div className="stack">
        <span className="row">
          <Select
            size="small"
            value={year}
            onChange={setYear}
            options={known.map((value) => ({ value, label: value }))}
          />
          <Segmented<Grouping>
            size="small"
            value={by}
            onChange={setBy}
            options={(["level", "category_code", "division_code"] as const).map((value) => ({
              value,
              label: t(Y[value]),
            }))}
          />
        </span>
        <QueryView query={query}>
          {(data) => (
            <>
              <div className="grid grid-cards">
                <Stat label={t(Y.institutions)} value={data.institutions} />
                <Stat label={t(Y.beds)} value={data.beds} />
              </div>
              <Table
                size="small"
                rowKey="group"
                pagination={{ hideOnSinglePage: true }}
                dataSource={data.lines}
                columns={[
                  {
                    title: t(Y[by]),
                    render: (_, { group }) => {
                      if (!group) {
                        return t(Y.unknown);
                      }
                      return by === "category_code" ? <CategoryName code={group} /> : group;
                    },
                  },
                  {
                    title: t(Y.institutions),
                    align: "right",
                    width: 140,
                    render: (_, line) => formatNumber(line.institutions),
                  },
                  { title: t(Y.beds), align: "right", width: 140, render: (_, line) => formatNumber(line.beds) },
                ]}
              />
            </>
          )}
        </QueryView>
      </div>
    </Section>
  );
}
