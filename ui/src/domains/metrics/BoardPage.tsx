import { ReloadOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { App, Button, DatePicker, Select } from "antd";
import dayjs from "dayjs";
import { useSearchParams } from "react-router";
import { api } from "@/kernel/client";
import { useOrgs } from "@/kernel/fields";
import { formatNumber, NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { Empty, QueryView, useExplain } from "@/kernel/state";
import { ChangeText } from "./change";
import { Held } from "./Held";
import { MetricDetail } from "./MetricDetail";
import { M } from "./messages";
import type { Board, Card } from "./types";
import "./metrics.css";

/** First day of the month that lies `count` months before a day's month. */
export function monthsBefore(day: string, count: number): string {
  return dayjs(day).startOf("month").subtract(count, "month").format("YYYY-MM-DD");
}

/** Every metric of a period, compared; one opened with its course and make-up. */
export function BoardPage() {
  const t = useT();
  const title = useTitle();
  const may = useMay();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  const orgs = useOrgs();
  const [search, setSearch] = useSearchParams();
  const [first, last, org] = [search.get("first"), search.get("last"), search.get("org")];
  const set = (change: Record<string, string | null>) =>
    setSearch(
      (now) => {
        const next = new URLSearchParams(now);
        for (const [name, value] of Object.entries(change)) {
          value ? next.set(name, value) : next.delete(name);
        }
        return next;
      },
      { replace: true },
    );
  const board = useQuery({
    queryKey: ["metrics", "board", first, last, org],
    queryFn: ({ signal }) => api.get<Board>("/api/metrics/board", { first, last, org }, signal),
    placeholderData: keepPreviousData,
  });
  const refresh = async () => {
    try {
      for (const job of jobsOf(await api.post("/api/metrics/refresh"))) {
        follow(job, t(M.refreshing));
      }
    } catch (error) {
      message.error(explain(error).title);
    }
  };
  return (
    <>
      <PageHead
        title={t(M.title)}
        note={t(M.note)}
        extra={
          <>
            {board.data?.newest && <span className="muted">{t(M.newest, { day: board.data.newest })}</span>}
            <DatePicker.RangePicker
              picker="month"
              allowClear={false}
              aria-label={t(M.period)}
              style={{ width: 210 }}
              value={board.data ? [dayjs(board.data.first), dayjs(board.data.last)] : null}
              onChange={(span) =>
                set({
                  first: span?.[0]?.startOf("month").format("YYYY-MM-DD") ?? null,
                  last: span?.[1]?.endOf("month").format("YYYY-MM-DD") ?? null,
                })
              }
            />
            <Select
              style={{ minWidth: 170 }}
              placeholder={t(M.allOrgs)}
              allowClear
              value={org}
              onChange={(code) => set({ org: code ?? null })}
              options={[...(orgs.data ?? [])].map(([value, label]) => ({ value, label }))}
            />
            {may("metrics.write") && (
              <Button icon={<ReloadOutlined />} onClick={refresh}>
                {t(M.refresh)}
              </Button>
            )}
          </>
        }
      />
      <QueryView
        query={board}
        isEmpty={(data) => data.cards.length === 0}
        empty={
          <Section>
            <Empty text={t(M.noData)} />
          </Section>
        }
      >
        {(data) => {
          const chosen = data.cards.find((card) => card.code === search.get("metric")) ?? data.cards[0];
          const groups = [...Map.groupBy(data.cards, (card) => card.group)].map(([name, cards]) => ({
            name: title({ title: name, title_en: cards[0]?.group_en }),
            cards,
          }));
          return (
            <div className="stack">
              <Held days={data.held} />
              <div className="board">
                <div className="stack">
                  {groups.map((group) => (
                    <section key={group.name}>
                      <h3 className="board-group">{group.name}</h3>
                      <div className="board-cards">
                        {group.cards.map((card) => (
                          <MetricCard
                            key={card.code}
                            card={card}
                            on={card.code === chosen?.code}
                            onOpen={() => set({ metric: card.code })}
                          />
                        ))}
                      </div>
                    </section>
                  ))}
                </div>
                {chosen && (
                  <MetricDetail
                    card={chosen}
                    cut={{ first: data.first, last: data.last, ...(org ? { org } : {}) }}
                    onOrg={(code) => set({ org: code })}
                  />
                )}
              </div>
            </div>
          );
        }}
      </QueryView>
    </>
  );
}

function MetricCard({ card, on, onOpen }: { card: Card; on: boolean; onOpen: () => void }) {
  const t = useT();
  const title = useTitle();
  return (
    <button type="button" className={on ? "stat stat-link metric-on" : "stat stat-link"} onClick={onOpen}>
      <span className="stat-label">{title(card)}</span>
      <span className="stat-value metric-value" title={card.reason ?? undefined}>
        {card.value === null ? NOTHING : formatNumber(card.value, card.decimals)}
        {card.value !== null && <span className="unit">{title({ title: card.unit, title_en: card.unit_en })}</span>}
      </span>
      <span className="metric-changes">
        <ChangeText label={t(M.yoy)} change={card.yoy} direction={card.direction} />
        <ChangeText label={t(M.mom)} change={card.mom} direction={card.direction} />
      </span>
    </button>
  );
}
