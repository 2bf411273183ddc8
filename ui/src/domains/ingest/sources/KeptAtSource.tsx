import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Popconfirm, Table, Tag } from "antd";
import { api } from "@/kernel/client";
import { formatBytes, formatText } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { C } from "./messagesChanges";
import { Sql } from "./Sql";
import type { Kept } from "./types";

/** What a source keeps for feeds of this installation; what belongs to none can be dropped, here or by its administrator. */
export function KeptAtSource({ source }: { source: string }) {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const kept = useQuery({
    queryKey: ["ingest", "kept", source],
    queryFn: ({ signal }) => api.get<Kept[]>(`/api/ingest/sources/${source}/kept`, undefined, signal),
    retry: false,
  });
  if (!kept.data?.length) {
    return null;
  }
  const drop = async (name: string) => {
    try {
      await api.delete(`/api/ingest/sources/${source}/kept/${encodeURIComponent(name)}`);
      await cache.invalidateQueries({ queryKey: ["ingest", "kept", source] });
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    }
  };
  return (
    <Section flush title={t(C.kept)} hint={t(C.keptNote)}>
      <Table<Kept>
        size="small"
        rowKey="name"
        dataSource={kept.data}
        expandable={{
          rowExpandable: (one) => one.feed === null && one.removal !== "",
          expandedRowRender: (one) => (
            <Sql title={t(C.removal)} note={t(C.setupNote)} text={one.removal} file={`${one.name}-removal.sql`} />
          ),
        }}
        pagination={kept.data.length > 20 ? { pageSize: 20, size: "small" } : false}
        columns={[
          { title: t(C.name), dataIndex: "name", className: "mono" },
          {
            title: t(C.feed),
            dataIndex: "feed",
            render: (feed: string | null) => feed ?? <Tag color="warning">{t(C.noFeed)}</Tag>,
          },
          { title: t(C.size), dataIndex: "bytes", align: "right", className: "num", render: formatBytes },
          {
            title: t(C.state),
            dataIndex: "state",
            render: (state: string, one) =>
              one.lost ? <Tag color="error">{t(C.lost)}</Tag> : one.active ? t(C.reading) : formatText(state),
          },
          {
            key: "buttons",
            align: "right",
            render: (_, one) =>
              one.feed === null &&
              !one.removal &&
              may("ingest.write") && (
                <Popconfirm
                  title={t(C.dropAsk, { name: one.name })}
                  okText={t(C.drop)}
                  onConfirm={() => drop(one.name)}
                >
                  <Button size="small" danger>
                    {t(C.drop)}
                  </Button>
                </Popconfirm>
              ),
          },
        ]}
      />
    </Section>
  );
}
