import { useQuery } from "@tanstack/react-query";
import { Menu } from "antd";
import { useMemo, useState } from "react";
import { Chart } from "@/kernel/chart/Chart";
import { isOutside, referenceOption } from "@/kernel/chart/options";
import { api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields";
import { formatMinute, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Empty, QueryView } from "@/kernel/state";
import { M } from "./messages";
import type { Trend, TrendItem } from "./types";

const keyOf = (item: TrendItem) => `${item.dataset}|${item.item}|${item.unit ?? ""}`;

/** Laboratory items and vital signs over the years, each against its reference range. */
export function TrendsTab({ person }: { person: string }) {
  const t = useT();
  const [chosen, setChosen] = useState<string | null>(null);
  const items = useQuery({
    queryKey: ["records", person, "trends"],
    queryFn: ({ signal }) => api.get<TrendItem[]>(`/api/records/persons/${person}/trends`, undefined, signal),
  });
  return (
    <QueryView query={items} isEmpty={(data) => data.length === 0} empty={<Empty text={t(M.noTrend)} />}>
      {(data) => {
        const item = data.find((one) => keyOf(one) === chosen) ?? (data[0] as TrendItem);
        return (
          <div className="sections">
            <Menu
              selectedKeys={[keyOf(item)]}
              onClick={({ key }) => setChosen(key)}
              items={data.map((one) => ({
                key: keyOf(one),
                label: (
                  <span className="section-entry">
                    <span className="clip">{one.item}</span>
                    <span className="faint num">{t(M.results, { count: one.count })}</span>
                  </span>
                ),
              }))}
            />
            <TrendView person={person} item={item} />
          </div>
        );
      }}
    </QueryView>
  );
}

function TrendView({ person, item }: { person: string; item: TrendItem }) {
  const t = useT();
  const trend = useQuery({
    queryKey: ["records", person, "trend", keyOf(item)],
    queryFn: ({ signal }) =>
      api.get<Trend>(
        `/api/records/persons/${person}/trend`,
        { item: item.item, dataset: item.dataset, unit: item.unit },
        signal,
      ),
  });
  return <QueryView query={trend}>{(data) => <Drawn trend={data} t={t} />}</QueryView>;
}

function Drawn({ trend, t }: { trend: Trend; t: ReturnType<typeof useT> }) {
  const option = useMemo(() => {
    const points = trend.points.map((point) => ({ ...point, at: formatMinute(point.at) }));
    return referenceOption(points, trend.unit ?? undefined, { value: t(M.value), range: t(M.range) });
  }, [trend, t]);
  return (
    <div>
      <h3 className="trend-title">
        {trend.item} <span className="unit">{trend.unit}</span>
      </h3>
      <Chart option={option} height={280} label={trend.item} />
      <table className="trend-table">
        <tbody>
          {trend.points.toReversed().map((point) => (
            <tr key={`${point.at}|${point.org_code}|${point.value}`}>
              <td className="num">{formatMinute(point.at)}</td>
              <td className={isOutside(point) ? "num bad" : "num"}>
                <b>{formatNumber(point.value, 4)}</b>
                <span className="unit">{trend.unit}</span>
              </td>
              <td className="num muted">
                {point.low !== null || point.high !== null
                  ? `${t(M.range)} ${point.low ?? ""} – ${point.high ?? ""}`
                  : ""}
              </td>
              <td className="muted">
                <OrgName code={point.org_code} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
