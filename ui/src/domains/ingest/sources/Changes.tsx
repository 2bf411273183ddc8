import { CameraOutlined, CopyOutlined, DownloadOutlined, ReloadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Descriptions, Popconfirm, Space, Table, Tag } from "antd";
import { api } from "@/kernel/client";
import { formatBytes, formatText, NOTHING } from "@/kernel/format";
import { type Message, useLanguage, useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { QueryView, useExplain } from "@/kernel/state";
import { S } from "./messages";
import { C } from "./messagesChanges";
import type { Kept, Readiness, ReadinessWanted } from "./types";

const BEFORE: Record<Readiness["before"], Message> = { row: C.beforeRow, key: C.beforeKey, none: C.beforeNone };

interface Props {
  source: string;
  wanted: ReadinessWanted;
  /** Full code of the feed once it is stored. */
  stored: string | null;
}

/** Whether the source tells the changes of a feed's table, and what its administrator does about it. */
export function Changes({ source, wanted, stored }: Props) {
  const t = useT();
  const may = useMay();
  const complete = wanted.feed !== "" && wanted.key.length > 0;
  const readiness = useQuery({
    queryKey: ["ingest", "changes", source, wanted],
    queryFn: () => api.post<Readiness>(`/api/ingest/sources/${source}/changes`, wanted),
    enabled: complete,
    staleTime: 0,
    retry: false,
  });
  const errors = readiness.data?.obstacles.filter((one) => one.level === "error").length ?? 0;
  return (
    <Section
      title={t(C.title)}
      hint={
        readiness.data && (
          <Tag color={errors ? "error" : "success"}>{errors ? t(C.notReady, { count: errors }) : t(C.ready)}</Tag>
        )
      }
      extra={
        <Space>
          {stored && may("ingest.run") && <Anew feed={stored} />}
          <Button
            size="small"
            icon={<ReloadOutlined />}
            disabled={!complete}
            loading={readiness.isFetching}
            onClick={() => readiness.refetch()}
          >
            {t(C.look)}
          </Button>
        </Space>
      }
    >
      {complete ? (
        <QueryView query={readiness} rows={3}>
          {(data) => <Told data={data} name={wanted.feed} />}
        </QueryView>
      ) : (
        <span className="muted">{t(C.waits)}</span>
      )}
    </Section>
  );
}

function Told({ data, name }: { data: Readiness; name: string }) {
  const t = useT();
  const { language } = useLanguage();
  return (
    <div className="stack">
      {data.obstacles.map((one) => (
        <Alert key={one.text_en} type={one.level} showIcon title={language === "en" ? one.text_en : one.text} />
      ))}
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { key: "before", label: t(C.before), children: t(BEFORE[data.before]) },
          { key: "kept", label: t(C.kept), children: data.kept ? <Size kept={data.kept} /> : NOTHING },
        ]}
      />
      {data.setup && <Sql title={t(C.setup)} note={t(C.setupNote)} text={data.setup} file={`${name}-setup.sql`} />}
      <Sql title={t(C.removal)} text={data.removal} file={`${name}-removal.sql`} />
    </div>
  );
}

function Size({ kept }: { kept: Kept }) {
  const t = useT();
  return (
    <>
      {formatBytes(kept.bytes)} <span className="faint mono">{kept.name}</span>{" "}
      {kept.lost && <Tag color="error">{t(C.lost)}</Tag>}
    </>
  );
}

function Sql({ title, note, text, file }: { title: string; note?: string; text: string; file: string }) {
  const t = useT();
  const { message } = App.useApp();
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    message.success(t(C.copied));
  };
  return (
    <div>
      <h3>
        {title} {note && <span className="muted">{note}</span>}
      </h3>
      <pre className="json">{text}</pre>
      <Button size="small" icon={<CopyOutlined />} onClick={copy}>
        {t(C.copy)}
      </Button>{" "}
      <Button
        size="small"
        icon={<DownloadOutlined />}
        href={`data:application/sql;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
        download={file}
      >
        {t(C.save)}
      </Button>
    </div>
  );
}

/** Reads all rows again, for a source that has lost the changes since the last read. */
function Anew({ feed }: { feed: string }) {
  const t = useT();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  const begin = async () => {
    try {
      for (const job of jobsOf(await api.post(`/api/ingest/feeds/${feed}/run?anew=true`))) {
        follow(job, t(S.runs, { name: feed }));
      }
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    }
  };
  return (
    <Popconfirm
      title={t(C.anew)}
      description={t(C.anewAsk)}
      okText={t(C.anewOk)}
      cancelText={t(S.cancel)}
      onConfirm={begin}
    >
      <Button size="small" icon={<CameraOutlined />}>
        {t(C.anew)}
      </Button>
    </Popconfirm>
  );
}

/** What a source keeps for feeds of this installation; what belongs to none can be dropped. */
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
