import { useQuery } from "@tanstack/react-query";
import { Input, Table } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { formatBytes, formatDate, formatMinute, formatNumber, NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { QueryView } from "@/kernel/state";
import { M } from "./messages";
import type { Asset } from "./types";

/** All standard datasets and how much there is of each. */
export function DatasetsPage() {
  const t = useT();
  const query = useQuery({
    queryKey: ["catalog", "datasets"],
    queryFn: ({ signal }) => api.get<Asset[]>("/api/catalog/datasets", undefined, signal),
  });
  return (
    <>
      <PageHead title={t(M.datasets)} note={t(M.note)} />
      <QueryView query={query}>{(assets) => <Assets assets={assets} />}</QueryView>
    </>
  );
}

function Assets({ assets }: { assets: Asset[] }) {
  const t = useT();
  const title = useTitle();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const most = Math.max(...assets.map((one) => one.rows), 1);
  const newest = assets.map((one) => one.updated_at ?? "").reduce((a, b) => (a > b ? a : b), "");
  const found = assets.filter((one) =>
    `${one.code} ${one.title} ${one.title_en}`.toLowerCase().includes(text.toLowerCase()),
  );
  const category = (one?: Asset) => title({ title: one?.category_title, title_en: one?.category_title_en });
  const categories = [...new Set(assets.map((one) => one.category))];
  return (
    <div className="stack">
      <div className="grid grid-cards">
        <Stat
          label={t(M.withData)}
          value={assets.filter((one) => one.rows > 0).length}
          note={t(M.ofAll, { count: assets.length })}
        />
        <Stat
          label={t(M.totalRows)}
          value={assets.reduce((sum, one) => sum + one.rows, 0)}
          unit={t(M.rowsUnit)}
          short
        />
        <div className="stat">
          <span className="stat-label">{t(M.totalSize)}</span>
          <span className="stat-value">{formatBytes(assets.reduce((sum, one) => sum + (one.bytes ?? 0), 0))}</span>
        </div>
        <div className="stat">
          <span className="stat-label">{t(M.newest)}</span>
          <span className="stat-value stat-value-time">{formatMinute(newest)}</span>
        </div>
      </div>
      <div className="list-page">
        <div className="filter-bar">
          <Input.Search
            style={{ width: 260 }}
            placeholder={t(M.find)}
            allowClear
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <Table<Asset>
          className="rows-open"
          size="small"
          rowKey="code"
          dataSource={found}
          pagination={false}
          scroll={{ x: "max-content" }}
          onRow={(one) => ({ onClick: () => navigate(`/catalog/datasets/${one.code}`) })}
          columns={[
            {
              title: t(M.dataset),
              key: "code",
              render: (_, one) => (
                <>
                  <a href={`/catalog/datasets/${one.code}`} onClick={(event) => event.preventDefault()}>
                    {title(one)}
                  </a>{" "}
                  <span className="faint mono">{one.code}</span>
                </>
              ),
            },
            {
              title: t(M.category),
              key: "category",
              render: (_, one: Asset) => category(one),
              filters: categories.map((value) => ({
                value,
                text: category(assets.find((one) => one.category === value)) || value,
              })),
              onFilter: (value, one) => one.category === value,
            },
            { title: t(M.standard), dataIndex: "standard" },
            { title: t(M.fields), dataIndex: "fields", align: "right", className: "num" },
            {
              title: t(M.rows),
              dataIndex: "rows",
              align: "right",
              sorter: (a, b) => a.rows - b.rows,
              render: (rows: number) => (
                <span className="amount">
                  <span className="num">{formatNumber(rows)}</span>
                  <i style={{ width: `${(rows / most) * 100}%` }} />
                </span>
              ),
            },
            { title: t(M.institutions), dataIndex: "institutions", align: "right", className: "num" },
            {
              title: t(M.span),
              key: "span",
              className: "num nowrap",
              render: (_, one) =>
                one.first_time ? `${formatDate(one.first_time)} – ${formatDate(one.last_time)}` : NOTHING,
            },
            { title: t(M.size), dataIndex: "bytes", align: "right", className: "num", render: formatBytes },
            { title: t(M.updated), dataIndex: "updated_at", className: "num nowrap", render: formatMinute },
          ]}
        />
      </div>
    </div>
  );
}
