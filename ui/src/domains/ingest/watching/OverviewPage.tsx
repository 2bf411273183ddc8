import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useNavigate, useSearchParams } from "react-router";
import { Chart } from "@/kernel/chart/Chart";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import type { FieldSpec } from "@/kernel/fields";
import { formatDuration, formatNumber } from "@/kernel/format";
import { useLanguage, useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { FilterBar } from "@/kernel/resource/FilterBar";
import { useListState } from "@/kernel/resource/listState";
import { Empty, QueryView } from "@/kernel/state";
import type { Overview } from "../types";
import "../ingest.css";
import { agreementOption, batchesPath, timelinessOption, volumeOption } from "./figures";
import { W } from "./messages";
import { Parts } from "./Parts";
import { SilentFeeds } from "./SilentFeeds";
import { States } from "./States";

const SPANS = [7, 14, 30, 90];

/** How collection does: what came in, how fast, what failed, what is silent, what agrees with its source. */
export function OverviewPage() {
  const t = useT();
  const [search] = useSearchParams();
  const { state, change, filter, reset } = useListState();
  const days = Number(search.get("days") ?? 14);
  const by = search.get("by") === "source" ? "source" : "org";
  const narrowing = Object.fromEntries(Object.entries(state.filters).map(([name, value]) => [`f.${name}`, value]));
  const overview = useQuery({
    queryKey: ["ingest", "watching", days, by, narrowing],
    queryFn: ({ signal }) => api.get<Overview>("/api/ingest/overview", { days, by, ...narrowing }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const fields: FieldSpec[] = [
    { name: "org_code", label: t(W.org), kind: "org" },
    { name: "source", label: t(W.source), kind: "ingest-source" },
  ];
  return (
    <>
      <PageHead title={t(W.title)} note={t(W.note)} />
      <div className="stack">
        <FilterBar
          fields={fields}
          filters={state.filters}
          searchable={false}
          onFilter={filter}
          onReset={reset}
          extra={
            <Segmented
              aria-label={t(W.span)}
              value={days}
              onChange={(value) => change({ days: value })}
              options={SPANS.map((value) => ({ value, label: t(W.lastDays, { count: value }) }))}
            />
          }
        />
        <QueryView query={overview}>
          {(data) => (
            <>
              <Cards data={data} narrowing={narrowing} />
              <Charts data={data} narrowing={narrowing} />
              <div className="grid grid-main">
                <Parts
                  data={data}
                  onCut={(cut) => change({ by: cut })}
                  onChoose={(code) => filter({ [data.by === "org" ? "org_code" : "source"]: code })}
                />
                <SilentFeeds data={data} narrowing={narrowing} />
              </div>
            </>
          )}
        </QueryView>
      </div>
    </>
  );
}

interface Props {
  data: Overview;
  narrowing: Record<string, string>;
}

function Cards({ data, narrowing }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const count = (value: number) => formatNumber(value);
  const batches = (first: string, more: Record<string, string> = {}) =>
    navigate(batchesPath(first, data.last, { ...narrowing, ...more }));
  const { chosen, today, total } = data;
  return (
    <div className="grid figures">
      <Stat
        label={t(W.connected)}
        value={data.orgs}
        unit={t(W.orgUnit)}
        note={t(W.connectedNote, { sources: count(data.sources), feeds: count(data.feeds) })}
        onClick={() => navigate("/ingest/sources")}
      />
      <Stat
        label={t(W.today)}
        value={today.rows_in}
        unit={t(W.rowsUnit)}
        short
        note={t(W.todayNote, { std: count(today.rows_std), quarantined: count(today.rows_quarantined) })}
        onClick={() => batches(data.last)}
      />
      <Stat
        label={t(W.total)}
        value={total.rows_in}
        unit={t(W.rowsUnit)}
        short
        note={t(W.todayNote, { std: count(total.rows_std), quarantined: count(total.rows_quarantined) })}
        onClick={() => navigate(`/ingest/batches?${new URLSearchParams(narrowing)}`)}
      />
      <div className="stat">
        <span className="stat-label">{t(W.latency)}</span>
        <span className="stat-value">{formatDuration(chosen.p95)}</span>
        <span className="stat-note">
          {t(W.latencyNote, { p50: formatDuration(chosen.p50), today: formatDuration(today.p95) })}
        </span>
      </div>
      <Stat
        label={t(W.failed)}
        value={chosen.failed}
        unit={t(W.batchUnit)}
        tone={chosen.failed ? "bad" : undefined}
        note={t(W.failedNote, { count: count(chosen.batches) })}
        onClick={() => batches(data.first, { "f.status": "failed" })}
      />
      <Stat
        label={t(W.alarms)}
        value={data.alarms}
        unit={t(W.batchUnit)}
        tone={data.alarms ? "bad" : undefined}
        note={t(W.alarmsNote)}
        onClick={() => navigate("/ingest/alarms?f.status=open")}
      />
      <Stat
        label={t(W.silent)}
        value={data.silent_count}
        unit={t(W.batchUnit)}
        tone={data.silent_count ? "warn" : undefined}
        note={t(W.silentNote, { hours: data.silent_hours, never: count(data.never) })}
        onClick={() => navigate("/ingest/feeds?sort=data_at")}
      />
    </div>
  );
}

function Charts({ data, narrowing }: Props) {
  const t = useT();
  const { language } = useLanguage();
  const navigate = useNavigate();
  const day = (index: number) => {
    const picked = data.days[index]?.day;
    picked && navigate(batchesPath(picked, picked, narrowing));
  };
  const reached = data.days.some((one) => one.p95 !== null);
  const received = data.days.some((one) => one.rows_in > 0);
  return (
    <div className="grid grid-2">
      <Section title={t(W.timeliness)} hint={t(W.timelinessHint)}>
        {reached ? (
          <Chart
            label={t(W.timeliness)}
            option={timelinessOption(data.days, t, language)}
            onPick={({ dataIndex }) => day(dataIndex)}
          />
        ) : (
          <Empty text={t(W.noLatency)} />
        )}
      </Section>
      <Section title={t(W.agreement)} hint={t(W.agreementHint)}>
        {data.agreement.length ? (
          <Chart
            label={t(W.agreement)}
            option={agreementOption(data.agreement, t, language)}
            onPick={({ dataIndex }) => {
              const picked = data.agreement[dataIndex]?.day;
              picked && navigate(`/ingest/calendar?month=${picked}&day=${picked}`);
            }}
          />
        ) : (
          <Empty text={t(W.noChecks)} />
        )}
      </Section>
      <Section title={t(W.volume)} hint={t(W.volumeHint)}>
        {received ? (
          <Chart
            label={t(W.volume)}
            option={volumeOption(data.days, t, language)}
            onPick={({ dataIndex }) => day(dataIndex)}
          />
        ) : (
          <Empty text={t(W.noBatches)} />
        )}
      </Section>
      <States data={data} narrowing={narrowing} />
    </div>
  );
}
