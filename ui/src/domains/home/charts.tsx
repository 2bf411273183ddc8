import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useNavigate } from "react-router";
import { Chart } from "@/kernel/chart/Chart";
import { barOption, lineOption } from "@/kernel/chart/options";
import { api } from "@/kernel/client";
import { formatNumber } from "@/kernel/format";
import { useLanguage, useT, useTitle } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { QueryView } from "@/kernel/state";
import { scoreColour } from "@/kernel/theme";
import type { Asset } from "../catalog/types";
import { monthsBefore } from "../metrics/BoardPage";
import { type Answer, type Board, unitOf } from "../metrics/types";
import type { NamedScore } from "../quality/types";
import { M } from "./messages";

const MONTHS = 24;

/** Visits and admissions by month: the first metrics of the board that count 人次. */
export function VisitsTrend() {
  const t = useT();
  const title = useTitle();
  const { language } = useLanguage();
  const board = useQuery({
    queryKey: ["metrics", "board", null, null, null],
    queryFn: ({ signal }) => api.get<Board>("/api/metrics/board", undefined, signal),
  });
  const cards = useMemo(() => {
    const all = board.data?.cards ?? [];
    return all.filter((card) => card.kind !== "ratio" && card.unit === "人次").slice(0, 3);
  }, [board.data]);
  const last = board.data?.last;
  const answer = useQuery({
    queryKey: ["metrics", "home", cards.map((card) => card.code), last],
    queryFn: ({ signal }) =>
      api.get<Answer>(
        "/api/metrics/query",
        {
          metric: cards.map((card) => card.code),
          dims: "time",
          grain: "month",
          compare: false,
          first: monthsBefore(last ?? "", MONTHS - 1),
          last,
        },
        signal,
      ),
    enabled: cards.length > 0,
  });
  const option = useMemo(() => {
    const lines = answer.data?.lines ?? [];
    const months = [...new Set(lines.map((line) => line.dims.time ?? ""))].toSorted();
    const value = (code: string, month: string) =>
      lines.find((line) => line.metric === code && line.dims.time === month)?.value ?? null;
    return lineOption({
      categories: months.map((month) => month.slice(0, 7)),
      series: cards.map((card) => ({ name: title(card), values: months.map((month) => value(card.code, month)) })),
      unit: cards[0] && unitOf(cards[0], language),
      language,
      min: 0,
    });
  }, [answer.data, cards, title, language]);
  return (
    <Section title={t(M.visits)}>
      <QueryView query={board} isEmpty={() => cards.length === 0}>
        {() => <Chart option={option} height={230} label={t(M.visits)} />}
      </QueryView>
    </Section>
  );
}

/** Rows of the largest datasets. */
export function Volumes({ assets }: { assets: Asset[] }) {
  const t = useT();
  const title = useTitle();
  const navigate = useNavigate();
  const { language } = useLanguage();
  const shown = useMemo(
    () =>
      assets
        .filter((one) => one.rows > 0)
        .toSorted((a, b) => b.rows - a.rows)
        .slice(0, 14),
    [assets],
  );
  const option = useMemo(
    () =>
      barOption({
        categories: shown.map((one) => title(one)),
        series: [{ name: t(M.volumes), values: shown.map((one) => one.rows) }],
        unit: t(M.rowsUnit),
        language,
        horizontal: true,
      }),
    [shown, title, t, language],
  );
  return shown.length === 0 ? null : (
    <Section title={t(M.volumes)} hint={t(M.rowsUnit)}>
      <Chart
        option={option}
        height={shown.length * 24 + 40}
        label={t(M.volumes)}
        onPick={({ dataIndex }) => navigate(`/catalog/datasets/${shown[dataIndex]?.code}`)}
      />
    </Section>
  );
}

/** Each institution's score, lowest first: that is where to look. */
export function QualityByOrg({ scores }: { scores: NamedScore[] }) {
  const t = useT();
  const title = useTitle();
  const navigate = useNavigate();
  return (
    <Section title={t(M.qualityByOrg)}>
      <ul className="org-scores">
        {scores
          .toSorted((a, b) => (a.score ?? 101) - (b.score ?? 101))
          .slice(0, 8)
          .map((one) => (
            <li key={one.code}>
              <button type="button" onClick={() => navigate(`/quality?org=${one.code}`)}>
                <span className="clip">{title(one)}</span>
                <span className="share">
                  <i style={{ width: `${one.score ?? 0}%`, background: scoreColour(one.score) }} />
                </span>
                <b className="num">{formatNumber(one.score, 1)}</b>
              </button>
            </li>
          ))}
      </ul>
    </Section>
  );
}
