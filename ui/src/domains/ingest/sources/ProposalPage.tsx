import { BulbOutlined, DownloadOutlined, PlusOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Progress, Tag } from "antd";
import { useEffect, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "@/kernel/client";
import { formatMinute } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { jobsOf } from "@/kernel/jobs";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { Empty, ErrorState, QueryView, useExplain } from "@/kernel/state";
import { S } from "./messages";
import "../ingest.css";
import { ProposedTables } from "./ProposedTables";
import { type Edits, feedFrom, type Ready, readyFeeds } from "./proposal";
import { useDocument, useProposal } from "./queries";
import type { ImportReport, ProposalState, SourceDocument } from "./types";

const RUNNING = new Set(["queued", "running", "waiting"]);

/** A whole source, read and proposed: looked through table by table, corrected, then made into feeds. */
export function ProposalPage() {
  const { code = "" } = useParams();
  const document = useDocument(code);
  const proposal = useProposal(code);
  return (
    <QueryView query={document}>
      {(source) => (
        <QueryView query={proposal}>
          {(state) => <Proposed key={state.proposed_at} document={source} state={state} />}
        </QueryView>
      )}
    </QueryView>
  );
}

function Proposed({ document, state }: { document: SourceDocument; state: ProposalState }) {
  const t = useT();
  const explain = useExplain();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const { source, feeds } = document;
  const [edits, setEdits] = useState<Edits>({});
  const [chosen, setChosen] = useState<string[]>([]);
  const [failed, setFailed] = useState<Record<string, string>>({});
  const [saving, setSaving] = useState(false);
  const running = RUNNING.has(state.status ?? "");
  const back = `/ingest/sources/${source.code}`;
  const ready = state.proposal ? readyFeeds(state.proposal, edits) : [];

  // What is sure and not read by a feed yet is chosen beforehand.
  const tables = state.proposal?.tables;
  useEffect(() => {
    const used = new Set(feeds.map((one) => one.table));
    const sure = (tables ?? []).filter((one) => one.confidence >= 0.5 && !used.has(one.name));
    setChosen(sure.flatMap((one) => one.feeds.filter((feed) => !feed.problems?.length).map((feed) => feed.code)));
  }, [tables, feeds]);

  const start = async () => {
    try {
      jobsOf(await api.post(`/api/ingest/sources/${source.code}/proposal`));
      await cache.invalidateQueries({ queryKey: ["ingest", "proposal", source.code] });
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    }
  };

  const create = async (wanted: Ready[]) => {
    setSaving(true);
    const wrong: Record<string, string> = {};
    for (const one of wanted) {
      try {
        const feed = feedFrom(one, edits[one.feed.code] ?? {});
        await api.put<ImportReport>(`/api/ingest/sources/${source.code}/feeds/${one.feed.code}`, feed);
      } catch (error) {
        const { title, detail } = explain(error);
        wrong[one.feed.code] = [title, detail].filter(Boolean).join("：");
      }
    }
    setFailed(wrong);
    setChosen(Object.keys(wrong));
    setSaving(false);
    await cache.invalidateQueries({ queryKey: ["ingest"] });
    const count = wanted.length - Object.keys(wrong).length;
    if (count > 0) {
      message.success(t(S.created, { count }));
    }
    if (Object.keys(wrong).length === 0) {
      navigate(back);
    }
  };

  const wanted = ready.filter((one) => chosen.includes(one.feed.code) && !one.missing.length);
  return (
    <>
      <PageHead
        back={{ to: back, label: source.title }}
        title={
          <>
            {t(S.proposal)} <span className="faint">{source.title}</span>
          </>
        }
        note={state.proposed_at ? t(S.proposedAt, { at: formatMinute(state.proposed_at) }) : t(S.proposalNote)}
        extra={
          <>
            <Button
              type={state.proposal ? undefined : "primary"}
              icon={<BulbOutlined />}
              loading={running}
              onClick={start}
            >
              {t(state.proposal ? S.proposeAgain : S.propose)}
            </Button>
            {state.proposal && (
              <>
                <Button icon={<DownloadOutlined />} onClick={() => download(`${source.code}.yaml`, state.yaml ?? "")}>
                  {t(S.downloadProposal)}
                </Button>
                <Button
                  type="primary"
                  icon={<PlusOutlined />}
                  loading={saving}
                  disabled={wanted.length === 0}
                  onClick={() => create(wanted)}
                >
                  {t(S.createFeeds, { count: wanted.length })}
                </Button>
              </>
            )}
          </>
        }
      />
      <div className="stack">
        {running && <Reading state={state} />}
        {state.status === "failed" && (
          <Section>
            <ErrorState error={new Error(state.error ?? "")} onRetry={start} />
          </Section>
        )}
        {state.proposal ? (
          <>
            <Summary state={state} />
            <ProposedTables
              ready={ready}
              proposal={state.proposal}
              used={feeds.map((one) => one.table ?? "")}
              failed={failed}
              chosen={chosen}
              onChoose={setChosen}
              edits={edits}
              onEdit={(feed, column, edit) =>
                setEdits((held) => ({ ...held, [feed]: { ...held[feed], [column]: edit } }))
              }
              onOpen={(table) => navigate(`${back}/feeds/new?table=${encodeURIComponent(table)}`)}
            />
          </>
        ) : (
          !running && (
            <Section>
              <Empty text={t(S.noProposal)} />
            </Section>
          )
        )}
      </div>
    </>
  );
}

function Reading({ state }: { state: ProposalState }) {
  const t = useT();
  const percent = state.total ? Math.floor((100 * (state.done ?? 0)) / state.total) : 0;
  return (
    <Section>
      <div className="muted">
        {state.stage || t(S.waiting)} {state.total ? `${state.done} / ${state.total}` : ""}
      </div>
      <Progress percent={percent} status="active" size="small" />
    </Section>
  );
}

function Summary({ state }: { state: ProposalState }) {
  const t = useT();
  const tables = state.proposal?.tables ?? [];
  const columns = tables.flatMap((one) => one.feeds.slice(0, 1).flatMap((feed) => feed.columns));
  const unreadable = Object.entries(state.proposal?.unreadable ?? {});
  return (
    <Section>
      <div className="row">
        <span>
          {t(S.proposalSum, {
            tables: tables.length,
            matched: tables.filter((one) => one.feeds.length > 0).length,
            columns: columns.length,
            accepted: columns.filter((one) => one.accepted).length,
            open: columns.filter((one) => one.element && !one.accepted).length,
          })}
        </span>
        {tables.some((one) => one.model) && <Tag color="blue">{tables.find((one) => one.model)?.model}</Tag>}
      </div>
      {unreadable.map(([name, why]) => (
        <div key={name} className="problem warn">
          {t(S.unreadable)} <span className="mono">{name}</span> {why}
        </div>
      ))}
    </Section>
  );
}

function download(name: string, text: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
