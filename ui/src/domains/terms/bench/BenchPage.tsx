import { BulbOutlined, CheckSquareOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Segmented, Space, Tag, Tooltip } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { ShareBar } from "@/kernel/chart/ShareBar";
import { ApiError, api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields/OrgName";
import { formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay, useSession } from "@/kernel/session";
import { Empty, ErrorState, Loading, useExplain } from "@/kernel/state";
import { useStart } from "../Jobs";
import { TerminologyName } from "../kinds";
import { M, W } from "../messages";
import { shareOfDictionary } from "../share";
import type { Dictionary, Entry, EntryDetail, State } from "../types";
import { BatchModal } from "./BatchModal";
import { EntryPanel, type Wish } from "./EntryPanel";
import { benchKey, countOf, entryKey, type Portions, useBench, withoutEntry } from "./queries";
import { Shortcuts } from "./Shortcuts";
import { WorthText } from "./Worth";
import "./bench.css";
import "../terms.css";

const STATES: State[] = ["open", "asked", "review", "mapped", "none"];

/** The mapping bench: entries by weight at the left, the chosen one's candidates at the right, all by keyboard. */
export function BenchPage() {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const client = useQueryClient();
  const start = useStart();
  const { message } = App.useApp();
  const { id = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const state = (search.get("state") as State | null) ?? "open";
  const q = search.get("q") ?? "";
  const [chosen, setChosen] = useState<string | null>(search.get("entry"));
  const [batch, setBatch] = useState(false);
  const query = useBench(id, state, q);
  const me = useSession().data;
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const first = query.data?.pages[0];
  const held = first?.dictionary;
  const at = Math.max(
    items.findIndex((entry) => entry.id === chosen),
    0,
  );
  // An entry that another page led to may lie beyond the first portion: it is shown all the same.
  const led = chosen !== null && chosen === search.get("entry") && !items.some((entry) => entry.id === chosen);
  const current = led ? chosen : items[at]?.id;
  const taken = Boolean(held?.claimed_by && held.claimed_by !== me?.id);
  const canMap = may("terms.map") && !taken;

  const go = (change: Record<string, string>) => {
    setChosen(null);
    setSearch({ state, ...(q ? { q } : {}), ...change }, { replace: true });
  };
  const move = useCallback(
    (by: number) => {
      const next = items[Math.min(Math.max(at + by, 0), items.length - 1)];
      if (next) {
        setChosen(next.id);
      }
      if (at + by >= items.length - 5 && query.hasNextPage && !query.isFetchingNextPage) {
        void query.fetchNextPage();
      }
    },
    [items, at, query],
  );

  const decide = async (entry: EntryDetail, wish: Wish) => {
    const following = items[at + 1] ?? items[at - 1];
    try {
      const path = `/api/terms/entries/${entry.id}/${wish.review === undefined ? "decision" : "review"}`;
      const body =
        wish.review === undefined
          ? { version: entry.version, action: wish.action, codes: wish.codes ?? [], note: wish.note || null }
          : { version: entry.version, approve: wish.review, note: wish.note || null };
      const now = await api.post<EntryDetail>(path, body);
      client.setQueryData(entryKey(entry.id), now);
      client.setQueryData<Portions>(benchKey(id, state, q), (data) =>
        data && now.state !== state ? withoutEntry(data, entry.id, entry.state as State, now.state as State) : data,
      );
      for (const other of STATES.filter((one) => one !== state)) {
        client.removeQueries({ queryKey: ["terms", "bench", id, other] });
      }
      setChosen(now.state === state ? entry.id : (following?.id ?? null));
    } catch (error) {
      const problem = error instanceof ApiError ? (error.problem as unknown as Record<string, unknown>) : {};
      if (problem.code === "entry_changed") {
        message.warning(t(W.conflict, { by: String(problem.decided_by ?? "—") }), 6);
        await client.invalidateQueries({ queryKey: ["terms"] });
        return;
      }
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："), 8);
    }
  };
  const claim = async (what: "claim" | "release") => {
    try {
      await api.post(`/api/terms/dictionaries/${id}/${what}`);
      await client.invalidateQueries({ queryKey: ["terms"] });
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    }
  };
  if (query.isError) {
    return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  }
  if (!held || !first) {
    return <Loading />;
  }
  return (
    <>
      <PageHead
        title={held.title}
        back={{ to: "/terms", label: t(M.progress) }}
        note={
          <Space size={10} wrap>
            <OrgName code={held.org_code} />
            {held.target ? <TerminologyName code={held.target} /> : <span className="bad">{t(M.noTarget)}</span>}
            <ShareBar share={shareOfDictionary(held)} />
            <span className="num">
              {formatNumber(held.entries)} {t(M.entries)} · {formatNumber(held.records)} {t(M.records)}
            </span>
            {first.review_required && <Tag>{t(W.secondPerson)}</Tag>}
            {taken && <Tag color="orange">{t(W.byOther, { by: held.claimed_name ?? "" })}</Tag>}
            {held.target && held.open_entries > 0 && <WorthText worth={first.acceptance} precision={first.precision} />}
          </Space>
        }
        extra={
          <>
            {may("terms.map") && !held.claimed_by && <Button onClick={() => claim("claim")}>{t(M.claim)}</Button>}
            {held.claimed_by && (!taken || may("terms.manage")) && (
              <Button onClick={() => claim("release")}>
                {t(M.release)}（{held.claimed_name}）
              </Button>
            )}
            {may("terms.manage") && (
              <Tooltip title={t(W.rematch)}>
                <Button
                  icon={<BulbOutlined />}
                  aria-label={t(W.rematch)}
                  onClick={() => start(`/api/terms/dictionaries/${id}/suggest?again=true`, M.matchStarted)}
                />
              </Tooltip>
            )}
            {canMap && (
              <Button type="primary" icon={<CheckSquareOutlined />} onClick={() => setBatch(true)}>
                {t(W.batch)}
              </Button>
            )}
          </>
        }
      />
      <div className="bench">
        <Section flush className="bench-list">
          <div className="bench-tools">
            <Segmented<State>
              block
              size="small"
              value={state}
              onChange={(next) => go({ state: next })}
              options={STATES.map((one) => ({ value: one, label: <StateLabel state={one} held={held} /> }))}
            />
            <Input.Search
              key={q}
              allowClear
              size="small"
              defaultValue={q}
              placeholder={t(W.search)}
              onSearch={(text) => go({ q: text.trim() })}
            />
          </div>
          <Entries
            items={items}
            current={current ?? null}
            onChoose={setChosen}
            more={query.hasNextPage}
            loading={query.isFetchingNextPage}
            onMore={() => query.fetchNextPage()}
          />
          <Shortcuts />
        </Section>
        {current ? (
          <EntryPanel key={current} id={current} dictionary={held} canMap={canMap} onDecide={decide} onMove={move} />
        ) : (
          <Section>
            <Empty text={t(W.emptyState)} />
          </Section>
        )}
      </div>
      {batch && (
        <BatchModal
          dictionary={held}
          worth={first.acceptance}
          precision={first.precision}
          onClose={() => setBatch(false)}
          onDone={() => client.invalidateQueries({ queryKey: ["terms"] })}
        />
      )}
    </>
  );
}

function StateLabel({ state, held }: { state: State; held: Dictionary }) {
  const t = useT();
  const title = { open: M.open, asked: M.asked, review: W.shortReview, mapped: M.mapped, none: W.shortNone }[state];
  return (
    <span className="bench-state">
      {t(title)}
      <em className="num">{formatNumber(countOf(held, state))}</em>
    </span>
  );
}

interface EntriesProps {
  items: Entry[];
  current: string | null;
  onChoose: (id: string) => void;
  more: boolean;
  loading: boolean;
  onMore: () => void;
}

function Entries({ items, current, onChoose, more, loading, onMore }: EntriesProps) {
  const t = useT();
  const box = useRef<HTMLUListElement>(null);
  const top = items[0]?.records ?? 0;
  useEffect(() => {
    box.current?.querySelector(`[data-id="${current}"]`)?.scrollIntoView({ block: "nearest" });
  }, [current]);
  if (items.length === 0) {
    return <p className="bench-empty muted">{t(W.emptyState)}</p>;
  }
  return (
    <ul ref={box} className="bench-entries">
      {items.map((entry) => (
        <li key={entry.id} data-id={entry.id}>
          <button
            type="button"
            className={entry.id === current ? "bench-entry bench-entry-on" : "bench-entry"}
            onClick={() => onChoose(entry.id)}
          >
            <span className="bench-entry-name">{entry.name}</span>
            <span className="bench-entry-records num">{formatNumber(entry.records)}</span>
            <span className="mono faint">{entry.code}</span>
            <span className="bench-entry-score num">
              {entry.mapped ?? (entry.top_score === null ? "" : entry.top_score.toFixed(2))}
            </span>
            <i style={{ width: top ? `${Math.max((entry.records / top) * 100, 1)}%` : 0 }} />
          </button>
        </li>
      ))}
      {more && (
        <li>
          <Button type="link" block loading={loading} onClick={onMore}>
            {t(W.more)}
          </Button>
        </li>
      )}
    </ul>
  );
}
