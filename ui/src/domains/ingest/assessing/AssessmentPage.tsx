import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert, Segmented } from "antd";
import { Link, useNavigate, useSearchParams } from "react-router";
import type { components } from "@/api/schema";
import { Chart } from "@/kernel/chart/Chart";
import { lineOption } from "@/kernel/chart/options";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import type { FieldSpec } from "@/kernel/fields";
import { formatNumber, formatShort } from "@/kernel/format";
import { type Message, useLanguage, useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { FilterBar } from "@/kernel/resource/FilterBar";
import { useListState } from "@/kernel/resource/listState";
import { useMay } from "@/kernel/session";
import { Empty, QueryView } from "@/kernel/state";
import { ExamineButton } from "../preparation/ExamineButton";
import { Q } from "./messages";
import { Parts } from "./Parts";
import { DIMENSIONS, type Dimension, toneOf } from "./values";

type Assessment = components["schemas"]["Assessment"];
type Figures = components["schemas"]["AssessedFigures"];
type Day = components["schemas"]["AssessedDay"];

const SPANS = [7, 14, 30, 90];
const HELP: Record<Dimension, Message> = {
  completeness: Q.completenessHelp,
  consistency: Q.consistencyHelp,
  accuracy: Q.accuracyHelp,
  conformity: Q.conformityHelp,
  timeliness: Q.timelinessHelp,
};

/** What each institution and source delivered, in five dimensions, down to the list of feeds. */
export function AssessmentPage() {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const { state, change, filter, reset } = useListState();
  const days = Number(search.get("days") ?? 30);
  const by = search.get("by") === "source" ? "source" : "org";
  const narrowing = Object.fromEntries(Object.entries(state.filters).map(([name, value]) => [`f.${name}`, value]));
  const assessment = useQuery({
    queryKey: ["ingest", "assessment", days, by, narrowing],
    queryFn: ({ signal }) => api.get<Assessment>("/api/ingest/assessment", { days, by, ...narrowing }, signal),
    placeholderData: keepPreviousData,
  });
  const fields: FieldSpec[] = [
    { name: "org_code", label: t(Q.org), kind: "org" },
    { name: "source", label: t(Q.source), kind: "ingest-source" },
  ];
  const list = (more: Record<string, string> = {}) =>
    `/ingest/assessments?${new URLSearchParams({ ...narrowing, "f.days": String(days), ...more })}`;
  return (
    <>
      <PageHead
        title={t(Q.title)}
        note={t(Q.note)}
        extra={
          <>
            {may("quality.read") && <Link to="/quality">{t(Q.quality)}</Link>}
            <Link to={list()}>{t(Q.feeds)}</Link>
            <ExamineButton />
          </>
        }
      />
      <div className="stack">
        <FilterBar
          fields={fields}
          filters={state.filters}
          searchable={false}
          onFilter={filter}
          onReset={reset}
          extra={
            <Segmented
              aria-label={t(Q.span)}
              value={days}
              onChange={(value) => change({ days: value })}
              options={SPANS.map((value) => ({ value, label: t(Q.lastDays, { count: value }) }))}
            />
          }
        />
        <QueryView
          query={assessment}
          isEmpty={(data) => data.feeds === 0}
          empty={
            <Section>
              <Empty text={t(Q.none)} />
            </Section>
          }
        >
          {(data) => (
            <>
              <Cards figures={data.together} feeds={data.feeds} />
              <Section title={t(Q.trend)} hint={t(Q.trendHint)}>
                <Trend days={data.days} />
              </Section>
              <Parts
                parts={data.parts}
                by={by}
                onCut={(cut) => change({ by: cut })}
                onChoose={(code) =>
                  by === "org" ? change({ "f.org_code": code, by: "source" }) : navigate(list({ "f.source": code }))
                }
              />
            </>
          )}
        </QueryView>
      </div>
    </>
  );
}

/** The total and the five dimensions, each with what is divided by what. */
export function Cards({ figures, feeds }: { figures: Figures; feeds?: number }) {
  const t = useT();
  const { language } = useLanguage();
  const known = figures.dimensions.filter((one) => one.value !== null).length;
  return (
    <>
      <div className="grid grid-tight">
        {feeds !== undefined && (
          <Stat
            label={t(Q.total)}
            value={figures.total}
            digits={2}
            tone={toneOf(figures.total)}
            note={t(Q.assessedOf, { count: known, feeds: formatNumber(feeds) })}
          />
        )}
        {figures.dimensions.map((one) => (
          <Stat
            key={one.dimension}
            label={
              <span title={t(HELP[one.dimension])}>
                {t(Q[one.dimension])} <span className="faint">{t(Q.weight, { weight: one.weight })}</span>
              </span>
            }
            value={one.value}
            digits={2}
            tone={toneOf(one.value)}
            note={
              one.reason
                ? t(Q.notAssessedWhy, { reason: t(Q[one.reason]) })
                : `${formatShort(one.met, language)} / ${formatShort(one.of, language)} · ${t(HELP[one.dimension])}`
            }
          />
        ))}
      </div>
      {figures.batches > figures.examined && (
        <Alert
          type="info"
          showIcon
          title={t(Q.examinedOf, { examined: formatNumber(figures.examined), batches: formatNumber(figures.batches) })}
        />
      )}
      <p className="muted">{t(Q.formula)}</p>
    </>
  );
}

/** Total and dimensions by day. */
export function Trend({ days }: { days: Day[] }) {
  const t = useT();
  const { language } = useLanguage();
  if (days.every((day) => day.total === null)) {
    return <Empty text={t(Q.noTrend)} />;
  }
  const series = DIMENSIONS.map((name) => ({
    name: t(Q[name]),
    values: days.map((day) => day.dimensions.find((one) => one.dimension === name)?.value ?? null),
  })).filter(({ values }) => values.some((value) => value !== null));
  const option = lineOption({
    categories: days.map((day) => day.day.slice(5)),
    series: [{ name: t(Q.total), values: days.map((day) => day.total ?? null) }, ...series],
    unit: "%",
    language,
    min: 0,
  });
  return <Chart option={option} height={230} label={t(Q.trend)} />;
}
