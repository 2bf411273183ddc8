import { Button, Table } from "antd";
import { useNavigate } from "react-router";
import { formatMinute } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { Empty } from "@/kernel/state";
import type { Overview, SilentFeed } from "../types";
import { silentFor } from "./figures";
import { W } from "./messages";

/** Feeds that have brought nothing new for a while, the longest first; one leads to its batches. */
export function SilentFeeds({ data, narrowing }: { data: Overview; narrowing: Record<string, string> }) {
  const t = useT();
  const navigate = useNavigate();
  const all = () => {
    const { "f.source": _, "f.source.in": __, ...known } = narrowing;
    navigate(`/ingest/feeds?${new URLSearchParams({ ...known, sort: "data_at", "f.data_at.lt": data.silent_since })}`);
  };
  return (
    <Section
      title={t(W.silentTitle)}
      hint={data.silent_count || undefined}
      flush
      extra={
        data.silent_count > 0 && (
          <Button type="link" size="small" onClick={all}>
            {t(W.all)}
          </Button>
        )
      }
    >
      {data.silent.length ? (
        <Table<SilentFeed>
          className="rows-open"
          size="small"
          rowKey="code"
          dataSource={data.silent}
          pagination={{ pageSize: 8, hideOnSinglePage: true, size: "small" }}
          scroll={{ x: "max-content" }}
          onRow={(one) => ({
            onClick: () => navigate(`/ingest/batches?${new URLSearchParams({ "f.feed": one.code })}`),
          })}
          columns={[
            { title: t(W.feed), dataIndex: "code", className: "mono" },
            {
              title: t(W.lastData),
              dataIndex: "data_at",
              className: "num nowrap",
              render: (at: string | null) => (at ? formatMinute(at) : <span className="faint">{t(W.neverHad)}</span>),
            },
            {
              title: t(W.silentFor),
              key: "for",
              align: "right",
              className: "num nowrap",
              render: (_, one) => {
                const [unit, count] = silentFor(one.data_at ?? one.created_at, Date.now());
                return <span className="warn">{t(unit, { count })}</span>;
              },
            },
          ]}
        />
      ) : (
        <Empty text={t(W.noneSilent)} />
      )}
    </Section>
  );
}
