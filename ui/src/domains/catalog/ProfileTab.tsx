import { useQuery } from "@tanstack/react-query";
import { Table } from "antd";
import { ShareBar } from "@/kernel/chart/ShareBar";
import { api } from "@/kernel/client";
import { formatNumber, formatPercent, NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { Empty, QueryView } from "@/kernel/state";
import { M } from "./messages";
import type { ElementProfile, Profile } from "./types";

/** How full every column is and what it holds. */
export function ProfileTab({ code }: { code: string }) {
  const t = useT();
  const title = useTitle();
  const query = useQuery({
    queryKey: ["catalog", "profile", code],
    queryFn: ({ signal }) => api.get<Profile>(`/api/catalog/datasets/${code}/profile`, undefined, signal),
  });
  return (
    <QueryView query={query} isEmpty={(data) => data.rows === 0} empty={<Empty />}>
      {({ rows, elements }) => (
        <Table<ElementProfile>
          size="small"
          rowKey="name"
          dataSource={elements}
          pagination={false}
          scroll={{ x: "max-content" }}
          columns={[
            {
              title: t(M.element),
              key: "title",
              render: (_, one) => (
                <>
                  {title(one)} <span className="faint mono">{one.name}</span>
                </>
              ),
            },
            { title: t(M.type), dataIndex: "type", className: "mono" },
            {
              title: t(M.filled),
              dataIndex: "filled",
              sorter: (a, b) => (a.filled ?? -1) - (b.filled ?? -1),
              render: (filled: number | null, one) =>
                one.hidden ? <span className="faint">{t(M.hidden)}</span> : <ShareBar share={filled} />,
            },
            {
              title: t(M.distinct),
              dataIndex: "distinct",
              align: "right",
              className: "num",
              render: (count: number | null) => formatNumber(count, 0),
            },
            {
              title: t(M.range),
              key: "range",
              className: "num nowrap",
              render: (_, one) =>
                one.low === null ? (
                  <span className="faint">{NOTHING}</span>
                ) : (
                  <span className="clip" style={{ maxWidth: 260 }} title={`${one.low} – ${one.high}`}>
                    {one.low} – {one.high}
                  </span>
                ),
            },
            {
              title: t(M.top),
              dataIndex: "top",
              render: (top: ElementProfile["top"]) => (
                <span className="top-values">
                  {top.slice(0, 4).map((one) => (
                    <span key={one.value} title={`${one.value} · ${formatNumber(one.rows)}`}>
                      <span className="clip" style={{ maxWidth: 120 }}>
                        {one.label ?? one.value}
                      </span>{" "}
                      <span className="faint num">{formatPercent(one.rows / rows, 0)}</span>
                    </span>
                  ))}
                </span>
              ),
            },
          ]}
        />
      )}
    </QueryView>
  );
}
