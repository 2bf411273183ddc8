import { CameraOutlined, ReloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Descriptions, Popconfirm, Space, Tag } from "antd";
import { api } from "@/kernel/client";
import { formatBytes, formatDateTime, formatNumber, NOTHING } from "@/kernel/format";
import { type Message, useLanguage, useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { QueryView, useExplain } from "@/kernel/state";
import { S } from "./messages";
import { C } from "./messagesChanges";
import { Sql } from "./Sql";
import type { Kept, Readiness, ReadinessWanted } from "./types";

/** A source counts no further. */
const MOST_COUNTED = 1_000_000;
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
          {stored && wanted.mode !== "push" && may("ingest.run") && <Anew feed={stored} />}
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
  const waiting = useWaiting(data.kept);
  // A log that the source keeps for everybody: nothing in it is counted for this feed.
  const reachesBack = data.kept?.changes == null ? data.kept?.oldest : null;
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
          reachesBack
            ? { key: "reaches", label: t(C.reaches), children: <Reach since={reachesBack} kept={data.kept} /> }
            : { key: "kept", label: t(C.kept), children: data.kept ? <Size kept={data.kept} /> : NOTHING },
          ...(waiting ? [{ key: "waiting", label: t(C.waiting), children: waiting }] : []),
        ]}
      />
      {data.setup && <Sql title={t(C.setup)} note={t(C.setupNote)} text={data.setup} file={`${name}-setup.sql`} />}
      {data.clean_up && (
        <Sql title={t(C.cleanUp)} note={t(C.cleanUpNote)} text={data.clean_up} file={`${name}-clean-up.sql`} />
      )}
      {data.removal && <Sql title={t(C.removal)} text={data.removal} file={`${name}-removal.sql`} />}
    </div>
  );
}

/** How much waits at the source to be read, in words; nothing where it is not counted. */
function useWaiting(kept: Kept | null): string | null {
  const t = useT();
  if (kept?.changes == null) {
    return null;
  }
  const count = kept.changes >= MOST_COUNTED ? t(C.mostWaiting) : formatNumber(kept.changes);
  return kept.oldest ? t(C.waitingSince, { count, since: formatDateTime(kept.oldest) }) : count;
}

function Reach({ since, kept }: { since: string; kept: Kept | null }) {
  return (
    <Space size="small" wrap>
      {formatDateTime(since)}
      {kept && <Size kept={kept} />}
    </Space>
  );
}

function Size({ kept }: { kept: Kept }) {
  const t = useT();
  return (
    <span>
      {formatBytes(kept.bytes)} <span className="faint mono">{kept.name}</span>{" "}
      {kept.lost && <Tag color="error">{t(C.lost)}</Tag>}
    </span>
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
