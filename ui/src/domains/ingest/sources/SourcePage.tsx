import { BulbOutlined, DownloadOutlined, EditOutlined, PlayCircleOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Descriptions, Table, Tag } from "antd";
import { useNavigate, useParams } from "react-router";
import { api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields";
import { NOTHING } from "@/kernel/format";
import { type Message, useLanguage, useT, useTitle } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { Empty, QueryView, useExplain } from "@/kernel/state";
import { DatasetName } from "../../catalog/kinds";
import { KeptAtSource } from "./KeptAtSource";
import { S } from "./messages";
import { C } from "./messagesChanges";
import "../ingest.css";
import { Tokens } from "../receiving/Tokens";
import { useConnectors, useDocument } from "./queries";
import { RemoveButton } from "./RemoveButton";
import { Tables } from "./Tables";
import type { CaptureMode, FeedDefinition, SourceDocument } from "./types";

const MODES: Record<CaptureMode, Message> = {
  full: S.full,
  timestamp: S.timestamp,
  compare: S.compare,
  log: C.log,
  outbox: C.outbox,
  push: C.push,
};

/** One source: how it is reached, its feeds, and the tables from which more can be made. */
export function SourcePage() {
  const { code = "" } = useParams();
  const document = useDocument(code);
  return <QueryView query={document}>{(data) => <Source document={data} />}</QueryView>;
}

function Source({ document: { source, feeds } }: { document: SourceDocument }) {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const explain = useExplain();
  const follow = useFollowJob();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const path = `/api/ingest/sources/${source.code}`;
  const can = useConnectors().data?.find((one) => one.name === source.connector)?.capabilities;
  const sends = Boolean(can?.push) && !can?.listens;
  const declared = source.options?.tables;
  const tables = declared !== null && typeof declared === "object" ? Object.keys(declared) : [];
  const forget = () => cache.invalidateQueries({ queryKey: ["ingest"] });

  const run = async (what: string, name: string) => {
    try {
      for (const job of jobsOf(await api.post(`${what}/run`))) {
        follow(job, t(S.runs, { name }));
      }
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    }
  };

  return (
    <>
      <PageHead
        back={{ to: "/ingest/sources", label: t(S.sources) }}
        title={
          <>
            {source.title} <span className="faint mono">{source.code}</span>
          </>
        }
        extra={
          <>
            {may("ingest.run") && (
              <Button
                icon={<PlayCircleOutlined />}
                disabled={feeds.length === 0}
                onClick={() => run(path, source.title)}
              >
                {t(S.run)}
              </Button>
            )}
            <Button
              type={feeds.length === 0 ? "primary" : undefined}
              icon={<BulbOutlined />}
              onClick={() => navigate(`/ingest/sources/${source.code}/propose`)}
            >
              {t(S.proposal)}
            </Button>
            <Button icon={<DownloadOutlined />} href={`${path}/definition/export`}>
              {t(S.download)}
            </Button>
            <RemoveButton
              path={path}
              question={t(S.removeSource, { name: source.title })}
              feeds={feeds}
              onRemoved={() => {
                void forget();
                navigate("/ingest/sources");
              }}
            />
            <Button
              type="primary"
              icon={<EditOutlined />}
              onClick={() => navigate(`/ingest/sources/${source.code}/edit`)}
            >
              {t(S.edit)}
            </Button>
          </>
        }
      />
      <div className="stack">
        <Connection document={{ source, feeds }} />
        <Section flush title={t(S.feeds)} hint={feeds.length || undefined}>
          <Table<FeedDefinition>
            size="small"
            rowKey="code"
            className="rows-open"
            dataSource={feeds}
            pagination={feeds.length > 20 ? { pageSize: 20, size: "small" } : false}
            locale={{ emptyText: <Empty text={t(S.noFeeds)} /> }}
            onRow={(feed) => ({ onClick: () => navigate(`/ingest/sources/${source.code}/feeds/${feed.code}`) })}
            columns={[
              {
                title: t(S.feeds),
                key: "code",
                render: (_, feed) => (
                  <>
                    {feed.title || feed.code} {feed.title && <span className="faint mono">{feed.code}</span>}
                  </>
                ),
              },
              {
                title: t(S.origin),
                key: "origin",
                className: "mono",
                render: (_, feed) => feed.table ?? <Tag>{t(S.query)}</Tag>,
              },
              {
                title: t(S.dataset),
                dataIndex: "dataset",
                render: (dataset: string) => <DatasetName code={dataset} />,
              },
              {
                title: t(S.mapped),
                key: "mapped",
                align: "right",
                className: "num",
                render: (_, feed) => Object.keys(feed.columns).length,
              },
              {
                title: t(S.mode),
                key: "mode",
                render: (_, feed) =>
                  [t(MODES[feed.capture?.mode ?? "full"]), feed.capture?.column].filter(Boolean).join(" · "),
              },
              {
                key: "buttons",
                align: "right",
                render: (_, feed) => (
                  <>
                    {may("ingest.run") && (
                      <Button
                        size="small"
                        type="text"
                        icon={<PlayCircleOutlined />}
                        aria-label={t(S.run)}
                        onClick={(event) => {
                          event.stopPropagation();
                          void run(`/api/ingest/feeds/${source.code}.${feed.code}`, feed.title || feed.code);
                        }}
                      />
                    )}
                    <RemoveButton
                      size="small"
                      type="text"
                      path={`/api/ingest/feeds/${source.code}.${feed.code}`}
                      question={t(S.removeFeed, { name: feed.title || feed.code })}
                      feeds={[feed]}
                      onRemoved={forget}
                    />
                  </>
                ),
              },
            ]}
          />
        </Section>
        {sends && <Tokens source={source.code} tables={tables} />}
        <KeptAtSource source={source.code} />
        <Tables code={source.code} />
      </div>
    </>
  );
}

function Connection({ document: { source } }: { document: SourceDocument }) {
  const t = useT();
  const title = useTitle();
  const { language } = useLanguage();
  const connector = useConnectors().data?.find((one) => one.name === source.connector);
  const options = Object.entries(source.options ?? {}).filter(([, value]) => value !== null && value !== "");
  const label = (name: string) => {
    const field = connector?.form.find((one) => one.name === name);
    return (language === "en" && field?.label_en) || field?.label || name;
  };
  return (
    <Section>
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2, xl: 3 }}
        items={[
          { key: "org", label: t(S.institution), children: <OrgName code={source.org_code} /> },
          { key: "system", label: t(S.system), children: source.system || NOTHING },
          { key: "connector", label: t(S.connector), children: connector ? title(connector) : source.connector },
          ...options.map(([name, value]) => ({
            key: `option-${name}`,
            label: label(name),
            children: <span className="mono">{typeof value === "object" ? JSON.stringify(value) : String(value)}</span>,
          })),
        ]}
      />
    </Section>
  );
}
