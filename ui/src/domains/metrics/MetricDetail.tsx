import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Space } from "antd";
import { useMemo, useState } from "react";
import { Chart, type Picked } from "@/kernel/chart/Chart";
import { barOption, lineOption } from "@/kernel/chart/options";
import { address, api } from "@/kernel/client";
import { useOrgs } from "@/kernel/fields";
import { formatNumber } from "@/kernel/format";
import { useLanguage, useT, useTitle } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { K } from "@/kernel/messages";
import type { Page } from "@/kernel/resource/types";
import { QueryView } from "@/kernel/state";
import { monthsBefore } from "./BoardPage";
import { DrillRows } from "./DrillRows";
import { M } from "./messages";
import { type Answer, type Card, type Cut, type Line, unitOf } from "./types";

const MOST = 12;

/** Department names by institution and code; a code alone is named when all institutions mean the same by it. */
function useDepartments() {
  return useQuery({
    queryKey: ["orgs", "department-names"],
    queryFn: async ({ signal }) => {
      const page = await api.get<Page<{ org_code: string; code: string; name: string }>>(
        "/api/orgs/departments",
        { page_size: 1000 },
        signal,
      );
      const names = new Map<string, Set<string>>();
      for (const one of page.items) {
        for (const key of [one.code, `${one.org_code}|${one.code}`]) {
          names.set(key, (names.get(key) ?? new Set()).add(one.name));
        }
      }
      return new Map([...names].map(([key, found]) => [key, [...found].join("/")]));
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

function useAnswer(metric: string, dims: string, cut: Cut) {
  return useQuery({
    queryKey: ["metrics", "query", metric, dims, cut],
    queryFn: ({ signal }) =>
      api.get<Answer>("/api/metrics/query", { metric, dims, grain: "month", compare: false, ...cut }, signal),
  });
}

/** Largest first; lines without a number are left out. */
export function largest(lines: Line[], count: number): Line[] {
  return lines
    .filter((line) => line.value !== null)
    .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0))
    .slice(0, count);
}

interface Props {
  card: Card;
  cut: Cut;
  onOrg: (code: string | null) => void;
}

/** One metric: its course over the months, its make-up, its definition, and the rows behind it. */
export function MetricDetail({ card, cut, onOrg }: Props) {
  const t = useT();
  const title = useTitle();
  const { language } = useLanguage();
  const [drill, setDrill] = useState<Cut | null>(null);
  const trend = useAnswer(card.code, "time", { ...cut, first: monthsBefore(cut.last, 12) });
  const option = useMemo(() => {
    const lines = trend.data?.lines ?? [];
    return lineOption({
      categories: lines.map((line) => String(line.dims.time ?? "").slice(0, 7)),
      series: [{ name: title(card), values: lines.map((line) => line.value) }],
      unit: unitOf(card, language),
      language,
      min: 0,
    });
  }, [trend.data, card, title, language]);
  return (
    <div className="stack metric-detail">
      <Section
        title={title(card)}
        hint={t(M.trendHint)}
        extra={
          <Space size={4}>
            <Button
              size="small"
              href={address("/api/metrics/export", {
                metric: card.code,
                dims: ["org", "dept"],
                ...cut,
                format: "xlsx",
              })}
            >
              {t(K.export)}
            </Button>
            <Button size="small" type="primary" onClick={() => setDrill(cut)}>
              {t(M.drill)}
            </Button>
          </Space>
        }
      >
        <QueryView query={trend} rows={5}>
          {() => <Chart option={option} height={200} label={`${title(card)} · ${t(M.trend)}`} />}
        </QueryView>
        <p className="muted metric-formula">
          <span className="faint">{t(M.formula)}</span> {card.formula}
        </p>
      </Section>
      <Parts card={card} cut={cut} dim="org" onPick={(code) => onOrg(code)} />
      <Parts card={card} cut={cut} dim="dept" onPick={(dept) => setDrill({ ...cut, dept: dept ?? "" })} />
      <Drawer
        open={drill !== null}
        onClose={() => setDrill(null)}
        size={980}
        title={t(M.drillTitle, { title: title(card) })}
      >
        {drill && <DrillRows card={card} cut={drill} />}
      </Drawer>
    </div>
  );
}

interface PartsProps {
  card: Card;
  cut: Cut;
  dim: "org" | "dept";
  onPick: (code: string | null) => void;
}

function Parts({ card, cut, dim, onPick }: PartsProps) {
  const t = useT();
  const title = useTitle();
  const orgs = useOrgs();
  const departments = useDepartments();
  const { language } = useLanguage();
  const parts = useAnswer(card.code, dim, cut);
  const lines = useMemo(() => largest(parts.data?.lines ?? [], MOST), [parts.data]);
  const option = useMemo(() => {
    const nameOf = (code: string | null | undefined) =>
      dim === "org" ? (orgs.data?.get(code ?? "") ?? code ?? "—") : deptName(code);
    const deptName = (code: string | null | undefined) => {
      const name = departments.data?.get(cut.org ? `${cut.org}|${code}` : (code ?? ""));
      return code ? (name ?? code) : t(M.noDept);
    };
    // Two institutions may name a department alike: the code tells them apart.
    const names = lines.map((line) => nameOf(line.dims[dim]));
    return barOption({
      categories: names.map((name, n) =>
        names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} ${lines[n]?.dims[dim] ?? ""}`,
      ),
      series: [{ name: title(card), values: lines.map((line) => line.value) }],
      unit: unitOf(card, language),
      language,
      horizontal: true,
    });
  }, [lines, orgs.data, departments.data, cut.org, dim, card, title, language, t]);
  const cutOff = (parts.data?.lines.length ?? 0) > MOST ? `${t(M.byDeptHint, { count: MOST })} · ` : "";
  const pick = (picked: Picked) => onPick(lines[picked.dataIndex]?.dims[dim] ?? null);
  return (
    <Section
      title={t(dim === "org" ? M.byOrg : M.byDept)}
      hint={dim === "dept" ? `${cutOff}${t(M.pickHint)}` : undefined}
    >
      <QueryView query={parts} isEmpty={() => lines.length === 0} rows={3}>
        {() => (
          <Chart
            option={option}
            height={Math.max(lines.length * 26 + 40, 90)}
            label={lines.map((line) => `${line.dims[dim]} ${formatNumber(line.value)}`).join("，")}
            onPick={pick}
          />
        )}
      </QueryView>
    </Section>
  );
}
