import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Descriptions, Table, Tabs } from "antd";
import { useParams, useSearchParams } from "react-router";
import { ShareBar } from "@/kernel/chart/ShareBar";
import { api } from "@/kernel/client";
import { formatBytes, formatDate, formatMinute, formatNumber, NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { QueryView } from "@/kernel/state";
import { DictionaryTab } from "./DictionaryTab";
import { M } from "./messages";
import { ProfileTab } from "./ProfileTab";
import { RowsTab } from "./RowsTab";
import type { AssetDetail, Share } from "./types";

/** One dataset: where it comes from, what its columns mean, its rows, and what they hold. */
export function DatasetPage() {
  const t = useT();
  const title = useTitle();
  const may = useMay();
  const { code = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const query = useQuery({
    queryKey: ["catalog", "dataset", code],
    queryFn: ({ signal }) => api.get<AssetDetail>(`/api/catalog/datasets/${code}`, undefined, signal),
  });
  return (
    <QueryView query={query}>
      {(asset) => (
        <>
          <PageHead
            back={{ to: "/catalog/datasets", label: t(M.datasets) }}
            title={
              <>
                {title(asset)} <span className="faint mono">{asset.code}</span>
              </>
            }
            extra={
              <Button icon={<DownloadOutlined />} href={`/api/standards/datasets/${code}/dictionary/export`}>
                {t(M.specification)}
              </Button>
            }
          />
          <Section>
            <Tabs
              activeKey={search.get("tab") ?? "overview"}
              onChange={(tab) => setSearch({ tab }, { replace: true })}
              destroyOnHidden
              items={[
                { key: "overview", label: t(M.overview), children: <Overview asset={asset} /> },
                { key: "dictionary", label: t(M.dictionary), children: <DictionaryTab code={code} /> },
                ...(may("catalog.rows")
                  ? [{ key: "rows", label: t(M.browse), children: <RowsTab code={code} /> }]
                  : []),
                { key: "profile", label: t(M.profile), children: <ProfileTab code={code} /> },
              ]}
            />
          </Section>
        </>
      )}
    </QueryView>
  );
}

function Overview({ asset }: { asset: AssetDetail }) {
  const t = useT();
  const title = useTitle();
  const span = (one: { first_time: string | null; last_time: string | null }) =>
    one.first_time ? `${formatDate(one.first_time)} – ${formatDate(one.last_time)}` : NOTHING;
  return (
    <div className="stack">
      <Descriptions
        column={4}
        size="small"
        items={[
          { key: "rows", label: t(M.rows), children: formatNumber(asset.rows) },
          { key: "fields", label: t(M.fields), children: asset.fields },
          { key: "span", label: t(M.span), children: span(asset) },
          { key: "bytes", label: t(M.size), children: formatBytes(asset.bytes) },
          { key: "standard", label: t(M.standard), children: asset.standard },
          {
            key: "category",
            label: t(M.category),
            children: title({ title: asset.category_title, title_en: asset.category_title_en }),
          },
          { key: "version", label: t(M.edition), children: `v${asset.version}` },
          { key: "updated", label: t(M.updated), children: formatMinute(asset.updated_at) },
        ]}
      />
      <Table<Share>
        size="small"
        rowKey="org_code"
        dataSource={asset.shares}
        pagination={false}
        columns={[
          { title: t(M.institution), key: "org", render: (_, one) => one.name ?? one.org_code },
          {
            title: t(M.rows),
            dataIndex: "rows",
            align: "right",
            className: "num",
            render: (rows) => formatNumber(rows),
          },
          {
            title: t(M.share),
            key: "share",
            render: (_, one) => <ShareBar share={asset.rows ? one.rows / asset.rows : null} />,
          },
          { title: t(M.span), key: "span", className: "num nowrap", render: (_, one) => span(one) },
        ]}
      />
    </div>
  );
}
