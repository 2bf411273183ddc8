import { PlayCircleOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { Chart } from "@/kernel/chart/Chart";
import { lineOption } from "@/kernel/chart/options";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { formatMinute, formatShort } from "@/kernel/format";
import { useLanguage, useT, useTitle } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { Empty, QueryView, useExplain } from "@/kernel/state";
import { Matrix } from "./Matrix";
import { M } from "./messages";
import { Results } from "./Results";
import type { Overview, Score, TrendPoint } from "./types";
import "./quality.css";

export interface Selection {
  org: string | null;
  dataset: string | null;
}

export const toneOf = ({ score }: Pick<Score, "score">) =>
  score === null ? undefined : score >= 95 ? "good" : score >= 80 ? "warn" : "bad";

export function OverviewPage() {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  const [search, setSearch] = useSearchParams();
  const selection: Selection = { org: search.get("org"), dataset: search.get("dataset") };
  const overview = useQuery({
    queryKey: ["quality", "overview"],
    queryFn: ({ signal }) => api.get<Overview>("/api/quality/overview", undefined, signal),
  });
  const select = ({ org, dataset }: Selection) =>
    setSearch({ ...(org ? { org } : {}), ...(dataset ? { dataset } : {}) }, { replace: true });
  const run = async () => {
    try {
      for (const job of jobsOf(await api.post("/api/quality/run"))) {
        follow(job, t(M.runStarted));
      }
    } catch (error) {
      message.error(explain(error).title);
    }
  };
  const at = overview.data?.latest_run?.finished_at;
  return (
    <>
      <PageHead
        title={t(M.title)}
        note={t(M.note)}
        extra={
          <>
            {at && <span className="muted">{t(M.lastRun, { at: formatMinute(at) })}</span>}
            {may("quality.write") && (
              <Button icon={<PlayCircleOutlined />} onClick={run}>
                {t(M.run)}
              </Button>
            )}
          </>
        }
      />
      <QueryView
        query={overview}
        isEmpty={(data) => data.overall.score === null}
        empty={
          <Section>
            <Empty text={t(M.neverRun)} />
          </Section>
        }
      >
        {(data) => (
          <div className="stack">
            <Scores overview={data} />
            <Section title={t(M.matrix)} hint={t(M.matrixHint)}>
              <Matrix overview={data} selection={selection} onSelect={select} />
            </Section>
            <Trend selection={selection} overview={data} />
            <Results
              key={`${selection.org}|${selection.dataset}`}
              selection={selection}
              overview={data}
              onClear={() => select({ org: null, dataset: null })}
            />
          </div>
        )}
      </QueryView>
    </>
  );
}

function Scores({ overview }: { overview: Overview }) {
  const t = useT();
  const title = useTitle();
  const { language } = useLanguage();
  const { overall, dimensions } = overview;
  const note = (score: Score) =>
    `${t(M.failed)} ${formatShort(score.failed, language)} / ${formatShort(score.checked, language)}`;
  return (
    <div className="grid grid-tight">
      <Stat label={t(M.overall)} value={overall.score} digits={2} tone={toneOf(overall)} note={note(overall)} />
      {dimensions
        .filter((one) => one.checked > 0)
        .map((one) => (
          <Stat key={one.code} label={title(one)} value={one.score} digits={2} tone={toneOf(one)} note={note(one)} />
        ))}
    </div>
  );
}

function Trend({ selection, overview }: { selection: Selection; overview: Overview }) {
  const t = useT();
  const title = useTitle();
  const { language } = useLanguage();
  const trend = useQuery({
    queryKey: ["quality", "trend", selection],
    queryFn: ({ signal }) => api.get<TrendPoint[]>("/api/quality/trend", { ...selection }, signal),
  });
  const names = [
    overview.orgs.find((one) => one.code === selection.org),
    overview.datasets.find((one) => one.code === selection.dataset),
  ].flatMap((one) => (one ? [title(one)] : []));
  const option = useMemo(() => {
    const points = trend.data ?? [];
    return lineOption({
      categories: points.map((point) => point.day),
      series: [{ name: t(M.score), values: points.map((point) => point.score) }],
      language,
    });
  }, [trend.data, t, language]);
  return (
    <Section title={t(M.trend)} hint={names.join(" · ")}>
      <QueryView query={trend} isEmpty={(points) => points.length === 0} rows={4}>
        {() => <Chart option={option} height={190} label={t(M.trend)} />}
      </QueryView>
    </Section>
  );
}
