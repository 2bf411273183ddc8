import { BulbOutlined, CheckCircleOutlined, HistoryOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, InputNumber, Segmented, Select, Switch } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { api } from "@/kernel/client";
import { type Message, useT, useTitle } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { Empty, ErrorState, Loading, QueryView, useExplain } from "@/kernel/state";
import { useDatasets } from "../../catalog/kinds";
import { useDictionary } from "../../standards/dictionary";
import { H } from "../history/messages";
import { Drifts } from "../watching/Drifts";
import { Changes } from "./Changes";
import { byElement, codeFor, draftOf, feedOf, isTold, withSuggestion } from "./draft";
import { LeavingRules } from "./LeavingRules";
import { MappingTable } from "./MappingTable";
import { S } from "./messages";
import { C } from "./messagesChanges";
import "../ingest.css";
import { PreviewPanel } from "./PreviewPanel";
import { useColumns, useConnectors, useDocument } from "./queries";
import type { Draft, FeedPreview, ImportReport, SourceDocument } from "./types";

/** The mapping bench: one table or query of a source onto one dataset. */
export function FeedPage() {
  const { code = "", feed = "" } = useParams();
  const [search] = useSearchParams();
  const document = useDocument(code);
  // What was taken has changed the mapping: the bench begins with it anew.
  const [taken, setTaken] = useState(0);
  const connectors = useConnectors();
  return (
    <QueryView query={document}>
      {(data) => {
        const connector = connectors.data?.find((one) => one.name === data.source.connector);
        if (!connector) {
          return null;
        }
        const stored = data.feeds.find((one) => one.code === feed);
        const table = search.get("table");
        const fresh: Draft = {
          code: table ? codeFor(table) : "",
          title: "",
          table,
          query: table ? null : "",
          dataset: "",
          mode: connector?.capabilities.whole === false ? "push" : "full",
          changing: null,
          overlap: 300,
          loss: 0.5,
          follow: true,
          key: [],
          columns: {},
          leaves: null,
        };
        const changed = stored && <Drifts feed={`${code}.${feed}`} onTaken={() => setTaken((count) => count + 1)} />;
        return (
          <Bench
            key={`${code}/${feed}/${taken}`}
            document={data}
            isNew={!stored}
            initial={stored ? draftOf(stored) : fresh}
            notice={changed}
          />
        );
      }}
    </QueryView>
  );
}

interface BenchProps {
  document: SourceDocument;
  isNew: boolean;
  initial: Draft;
  notice?: ReactNode;
}

function Bench({ document: { source }, isNew, initial, notice }: BenchProps) {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const navigate = useNavigate();
  const follow = useFollowJob();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const [draft, setDraft] = useState<Draft>(initial);
  const [query, setQuery] = useState(initial.query);
  const [asked, setAsked] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const change = (part: Partial<Draft>) => setDraft((held) => ({ ...held, ...part }));
  const columns = useColumns(source.code, { table: draft.table, query }, draft.dataset);
  const dictionary = useDictionary(draft.dataset, draft.dataset !== "");
  const back = `/ingest/sources/${source.code}`;

  // The last answer stays in view, on the tab it was left on, until the next one is there.
  const check = useQuery({
    queryKey: ["ingest", "preview", source.code, asked],
    queryFn: () => api.post<FeedPreview>(`/api/ingest/sources/${source.code}/preview`, JSON.parse(asked ?? "")),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
  });
  const written = JSON.stringify(feedOf(draft));
  const ready = draft.dataset !== "" && columns.data !== undefined;
  // The server is asked a moment after the last key was struck; an answer to an older text is shown as such.
  useEffect(() => {
    if (!ready) {
      return;
    }
    const timer = setTimeout(() => setAsked(written), 700);
    return () => clearTimeout(timer);
  }, [written, ready]);

  // A new feed begins with what the server suggests for the chosen dataset.
  const suggestion = columns.data;
  useEffect(() => {
    if (isNew && suggestion) {
      setDraft((held) => withSuggestion(held, suggestion.suggestion, suggestion.key)[0]);
    }
  }, [isNew, suggestion]);
  const suggest = () => {
    if (suggestion) {
      const [filled, count] = withSuggestion(draft, suggestion.suggestion, suggestion.key);
      setDraft(filled);
      message.info(t(S.suggested, { count }));
    }
  };

  const save = async (start: boolean) => {
    setSaving(true);
    try {
      await api.put<ImportReport>(`/api/ingest/sources/${source.code}/feeds/${draft.code}`, feedOf(draft));
      message.success(t(S.saved));
      await cache.invalidateQueries({ queryKey: ["ingest"] });
      if (start) {
        for (const job of jobsOf(await api.post(`/api/ingest/feeds/${source.code}.${draft.code}/run`))) {
          follow(job, t(S.runs, { name: draft.title || draft.code }));
        }
      }
      navigate(back);
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："), 10);
    } finally {
      setSaving(false);
    }
  };

  const preview = check.data;
  const mapped = Object.values(draft.columns).filter((one) => one.expr.trim() !== "").length;
  const valid = /^[a-z][a-z0-9_]{0,39}$/.test(draft.code);
  return (
    <>
      <PageHead
        back={{ to: back, label: source.title }}
        title={
          <>
            {isNew ? t(S.newFeed) : draft.title || draft.code}
            <span className="faint">
              {source.title} · <span className="mono">{draft.table ?? t(S.query)}</span>
            </span>
          </>
        }
        extra={
          <>
            {!isNew && may("ingest.rows") && (
              <Button
                icon={<HistoryOutlined />}
                onClick={() => navigate(`/ingest/feeds/${source.code}.${draft.code}/history`)}
              >
                {t(H.open)}
              </Button>
            )}
            <Button
              icon={<CheckCircleOutlined />}
              loading={check.isFetching}
              disabled={!ready}
              onClick={() => (asked === written ? check.refetch() : setAsked(written))}
            >
              {t(S.check)}
            </Button>
            <Button
              type={may("ingest.run") ? undefined : "primary"}
              disabled={!valid || !ready}
              loading={saving}
              onClick={() => save(false)}
            >
              {t(S.saveFeed)}
            </Button>
            {may("ingest.run") && (
              <Button type="primary" disabled={!valid || !ready} loading={saving} onClick={() => save(true)}>
                {t(S.saveRun)}
              </Button>
            )}
          </>
        }
      />
      <div className="stack">
        {notice}
        <Origin
          draft={draft}
          isNew={isNew}
          connector={source.connector}
          columns={(columns.data?.columns ?? []).map((one) => one.name)}
          reading={columns.isFetching}
          onChange={change}
          onQuery={() => setQuery(draft.query)}
        />
        {!isTold(draft.mode) && (
          <LeavingRules
            rules={draft.leaves}
            columns={(columns.data?.columns ?? []).map((one) => one.name)}
            onChange={(leaves) => change({ leaves })}
          />
        )}
        {isTold(draft.mode) && draft.table !== null && (
          <Changes
            source={source.code}
            wanted={{ feed: valid ? draft.code : "", mode: draft.mode, table: draft.table, key: draft.key }}
            stored={isNew ? null : `${source.code}.${draft.code}`}
          />
        )}
        {columns.isError && (
          <Section>
            <ErrorState error={columns.error} onRetry={() => columns.refetch()} />
          </Section>
        )}
        {check.isError && (
          <Section title={t(S.preview)}>
            <ErrorState error={check.error} onRetry={() => check.refetch()} />
          </Section>
        )}
        {preview && !check.isError && <PreviewPanel preview={preview} stale={asked !== written || check.isFetching} />}
        <Section
          flush
          title={t(S.mapping)}
          hint={dictionary.data && t(S.mappingHint, { mapped, all: dictionary.data.dataset.elements.length })}
          extra={
            <Button size="small" icon={<BulbOutlined />} disabled={!suggestion || !draft.dataset} onClick={suggest}>
              {t(S.suggest)}
            </Button>
          }
        >
          {!draft.dataset || (!columns.data && !columns.isFetching) ? (
            <Empty text={t(S.noColumns)} />
          ) : columns.data && dictionary.data ? (
            <MappingTable
              dictionary={dictionary.data}
              columns={columns.data.columns}
              mapping={draft.columns}
              problems={byElement(preview?.problems ?? [])}
              onChange={(element, mapping) =>
                setDraft((held) => ({ ...held, columns: { ...held.columns, [element]: mapping } }))
              }
            />
          ) : (
            <Loading rows={8} />
          )}
        </Section>
      </div>
    </>
  );
}

const MODE_HELP: Record<Draft["mode"], Message> = {
  full: S.fullHelp,
  timestamp: S.timestampHelp,
  compare: S.compareHelp,
  log: C.logHelp,
  outbox: C.outboxHelp,
  push: C.pushHelp,
};

interface OriginProps {
  draft: Draft;
  isNew: boolean;
  connector: string;
  columns: string[];
  reading: boolean;
  onChange: (part: Partial<Draft>) => void;
  onQuery: () => void;
}

/** What is read and where it goes: code, dataset, key, capture; the query where no table is read. */
function Origin({ draft, isNew, connector, columns, reading, onChange, onQuery }: OriginProps) {
  const t = useT();
  const title = useTitle();
  const can = useConnectors().data?.find((one) => one.name === connector)?.capabilities;
  const datasets = useDatasets();
  const choices = columns.map((name) => ({ value: name, label: name }));
  const fits = draft.code === "" || /^[a-z][a-z0-9_]{0,39}$/.test(draft.code);
  return (
    <Section>
      <Form layout="vertical" component="div" className="form-grid form-tight">
        <Form.Item label={t(S.dataset)} required>
          <Select
            aria-label={t(S.dataset)}
            value={draft.dataset || undefined}
            loading={datasets.isPending}
            showSearch={{ optionFilterProp: "label" }}
            options={(datasets.data?.items ?? []).map((one) => ({
              value: one.code,
              label: `${title(one)} ${one.code}`,
            }))}
            onChange={(dataset: string) =>
              onChange({ dataset, ...(isNew ? { columns: {}, key: [], code: draft.code || dataset } : {}) })
            }
          />
        </Form.Item>
        <Form.Item
          label={t(S.code)}
          required
          validateStatus={fits ? undefined : "error"}
          help={fits ? undefined : t(S.codeRule)}
        >
          <Input
            className="mono"
            aria-label={t(S.code)}
            disabled={!isNew}
            value={draft.code}
            onChange={(event) => onChange({ code: event.target.value })}
          />
        </Form.Item>
        <Form.Item label={t(S.name)}>
          <Input
            aria-label={t(S.name)}
            value={draft.title}
            onChange={(event) => onChange({ title: event.target.value })}
          />
        </Form.Item>
        <Form.Item
          label={t(S.key)}
          required={draft.mode !== "compare"}
          tooltip={t(draft.mode === "compare" ? S.keyHelpCompare : S.keyHelp)}
        >
          <Select
            mode="multiple"
            aria-label={t(S.key)}
            value={draft.key}
            options={choices}
            onChange={(key: string[]) => onChange({ key })}
          />
        </Form.Item>
        <Form.Item className="form-wide" label={t(S.mode)} extra={t(MODE_HELP[draft.mode])}>
          <Segmented
            value={draft.mode}
            onChange={(mode) => onChange({ mode })}
            options={[
              ...(can?.whole === false ? [] : [{ value: "full" as const, label: t(S.full) }]),
              ...(can?.incremental ? [{ value: "timestamp" as const, label: t(S.timestamp) }] : []),
              ...(can?.whole === false ? [] : [{ value: "compare" as const, label: t(S.compare) }]),
              ...(can?.push ? [{ value: "push" as const, label: t(C.push) }] : []),
              ...(can?.outbox && draft.table !== null ? [{ value: "outbox" as const, label: t(C.outbox) }] : []),
              ...(can?.log && draft.table !== null ? [{ value: "log" as const, label: t(C.log) }] : []),
            ]}
          />
        </Form.Item>
        {isTold(draft.mode) && (
          <Form.Item label={t(C.follow)} extra={t(C.followHelp)}>
            <Switch checked={draft.follow} aria-label={t(C.follow)} onChange={(follow) => onChange({ follow })} />
          </Form.Item>
        )}
        {draft.mode === "compare" && (
          <Form.Item label={t(S.loss)} tooltip={t(S.lossHelp)}>
            <InputNumber
              min={0}
              max={100}
              suffix="%"
              value={Math.round(draft.loss * 100)}
              style={{ width: "100%" }}
              onChange={(loss) => onChange({ loss: (loss ?? 50) / 100 })}
            />
          </Form.Item>
        )}
        {draft.mode === "timestamp" && (
          <>
            <Form.Item label={t(S.changing)} required>
              <Select
                aria-label={t(S.changing)}
                value={draft.changing ?? undefined}
                options={choices}
                showSearch
                onChange={(changing: string) => onChange({ changing })}
              />
            </Form.Item>
            <Form.Item label={t(S.overlap)}>
              <InputNumber
                min={0}
                value={draft.overlap}
                style={{ width: "100%" }}
                onChange={(overlap) => onChange({ overlap: overlap ?? 0 })}
              />
            </Form.Item>
          </>
        )}
      </Form>
      {draft.query !== null && (
        <Form layout="vertical" component="div">
          <Form.Item label={t(S.query)} extra={t(S.queryHelp)} required>
            <Input.TextArea
              className="mono"
              aria-label={t(S.query)}
              autoSize={{ minRows: 3, maxRows: 12 }}
              value={draft.query}
              onChange={(event) => onChange({ query: event.target.value })}
            />
          </Form.Item>
          <Button loading={reading} disabled={!draft.query.trim()} onClick={onQuery}>
            {t(S.loadColumns)}
          </Button>
        </Form>
      )}
    </Section>
  );
}
