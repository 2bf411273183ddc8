import { useQuery } from "@tanstack/react-query";
import { Table, Tag, Timeline } from "antd";
import { Link, useParams } from "react-router";
import { ShareBar } from "@/kernel/chart/ShareBar";
import { api } from "@/kernel/client";
import { formatMinute, formatNumber } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { Empty, QueryView } from "@/kernel/state";
import { A } from "./messages_assets";
import { StageTrack } from "./StageTrack";
import type { AssetLife, AssetPlace } from "./types";

/** The whole life of one dataset: its stages, its institutions, who reads it, and what happened to it. */
export function AssetPage() {
  const t = useT();
  const title = useTitle();
  const { code = "" } = useParams();
  const query = useQuery({
    queryKey: ["catalog", "asset", code],
    queryFn: ({ signal }) =>
      api.get<AssetLife>(`/api/catalog/assets/${encodeURIComponent(code)}/life`, undefined, signal),
  });
  return (
    <QueryView query={query}>
      {({ asset, stages, places, readers, moments }) => (
        <>
          <PageHead
            back={{ to: "/catalog/assets", label: t(A.assets) }}
            title={
              <>
                {title(asset)} <span className="faint mono">{asset.code}</span>
              </>
            }
            note={asset.standard}
          />
          <div className="stack">
            <Section flush>
              <StageTrack code={asset.code} stages={stages} />
            </Section>
            <Section title={t(A.institutions)} flush>
              <Places places={places} />
            </Section>
            <div className="grid grid-2">
              <Section title={t(A.readers)} hint={readers.length || undefined}>
                <Readers readers={readers} />
              </Section>
              <Section title={t(A.history)}>
                <History moments={moments} />
              </Section>
            </div>
          </div>
        </>
      )}
    </QueryView>
  );
}

function Places({ places }: { places: AssetPlace[] }) {
  const t = useT();
  const number = (name: "rows" | "failing" | "problems" | "score") => ({
    title: t(A[name]),
    dataIndex: name,
    align: "right" as const,
    className: "num",
    sorter: (a: AssetPlace, b: AssetPlace) => (a[name] ?? -1) - (b[name] ?? -1),
    render: (value: number | null) => formatNumber(value),
  });
  const share = (name: "mapped" | "coded" | "department" | "person") => ({
    title: t(A[name]),
    dataIndex: name,
    sorter: (a: AssetPlace, b: AssetPlace) => (a[name] ?? -1) - (b[name] ?? -1),
    render: (value: number | null) => <ShareBar share={value === null ? null : value / 100} />,
  });
  return (
    <Table<AssetPlace>
      size="small"
      rowKey="org_code"
      dataSource={places}
      pagination={places.length > 20 && { pageSize: 20, showSizeChanger: false }}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty text={t(A.noPlaces)} /> }}
      columns={[
        {
          title: t(A.institution),
          key: "org",
          render: (_, one) => <span title={one.org_code}>{one.name ?? one.org_code}</span>,
        },
        number("rows"),
        number("failing"),
        { title: t(A.arrived), dataIndex: "arrived_at", className: "num nowrap", render: formatMinute },
        share("mapped"),
        share("coded"),
        share("department"),
        share("person"),
        number("score"),
        number("problems"),
      ]}
    />
  );
}

function Readers({ readers }: { readers: AssetLife["readers"] }) {
  const t = useT();
  const title = useTitle();
  if (readers.length === 0) {
    return <Empty text={t(A.noReaders)} />;
  }
  return (
    <div className="stack">
      {(["metric", "document"] as const).map((kind) => {
        const found = readers.filter((one) => one.kind === kind);
        return (
          found.length > 0 && (
            <div key={kind}>
              <h3 className="readers-kind">
                {t(A[kind])} <span className="faint num">{found.length}</span>
              </h3>
              <div className="readers">
                {found.map((one) => (
                  <Tag key={one.code} title={one.code}>
                    {one.path ? <Link to={one.path}>{title(one)}</Link> : title(one)}
                  </Tag>
                ))}
              </div>
            </div>
          )
        );
      })}
    </div>
  );
}

const COLORS: Record<string, string> = { published: "blue", retired: "gray", proposed: "orange" };

function History({ moments }: { moments: AssetLife["moments"] }) {
  const title = useTitle();
  return (
    <Timeline
      items={moments.map((one) => ({
        key: `${one.kind} ${one.at}`,
        color: COLORS[one.kind] ?? "green",
        content: (
          <>
            {one.path ? <Link to={one.path}>{title(one)}</Link> : <b>{title(one)}</b>} {one.by}{" "}
            <span className="faint num nowrap">{formatMinute(one.at)}</span>
            {one.detail && <div className="muted num">{one.detail}</div>}
          </>
        ),
      }))}
    />
  );
}
