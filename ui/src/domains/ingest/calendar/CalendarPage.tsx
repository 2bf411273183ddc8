import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, DatePicker } from "antd";
import dayjs from "dayjs";
import { useSearchParams } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import type { FieldSpec } from "@/kernel/fields";
import { formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { FilterBar } from "@/kernel/resource/FilterBar";
import { useListState } from "@/kernel/resource/listState";
import { Empty, QueryView } from "@/kernel/state";
import type { Calendar } from "../types";
import { DayBrief } from "./DayBrief";
import { MonthGrid } from "./MonthGrid";
import { C } from "./messages";
import "./calendar.css";

/** Reconciliation by business day: the month at a glance, a day broken down. */
export function CalendarPage() {
  const t = useT();
  const [search] = useSearchParams();
  const { state, change, filter, reset } = useListState();
  const [month, day] = [search.get("month"), search.get("day")];
  const narrowing = Object.fromEntries(Object.entries(state.filters).map(([name, value]) => [`f.${name}`, value]));
  const calendar = useQuery({
    queryKey: ["ingest", "calendar", month, narrowing],
    queryFn: ({ signal }) => api.get<Calendar>("/api/ingest/calendar", { month, ...narrowing }, signal),
    placeholderData: keepPreviousData,
  });
  const fields: FieldSpec[] = [
    { name: "org_code", label: t(C.org), kind: "org" },
    { name: "dataset", label: t(C.dataset), kind: "dataset" },
  ];
  const show = (to: dayjs.Dayjs) => change({ month: to.format("YYYY-MM-DD"), day: null });
  return (
    <>
      <PageHead title={t(C.title)} note={t(C.note)} />
      <QueryView query={calendar}>
        {(data) => (
          <div className="stack">
            <FilterBar
              fields={fields}
              filters={state.filters}
              searchable={false}
              onFilter={filter}
              onReset={reset}
              extra={
                <span className="row">
                  <Button
                    icon={<LeftOutlined />}
                    aria-label={t(C.before)}
                    onClick={() => show(dayjs(data.month).subtract(1, "month"))}
                  />
                  <DatePicker
                    picker="month"
                    allowClear={false}
                    aria-label={t(C.month)}
                    value={dayjs(data.month)}
                    onChange={(to) => to && show(to)}
                  />
                  <Button
                    icon={<RightOutlined />}
                    aria-label={t(C.after)}
                    onClick={() => show(dayjs(data.month).add(1, "month"))}
                  />
                </span>
              }
            />
            <Brief data={data} />
            <div className="calendar-page">
              <Section>
                <MonthGrid month={data.month} days={data.days} chosen={day} onChoose={(one) => change({ day: one })} />
              </Section>
              {day ? (
                <DayBrief day={day} narrowing={narrowing} />
              ) : (
                <Section>
                  <Empty text={t(C.choose)} />
                </Section>
              )}
            </div>
          </div>
        )}
      </QueryView>
    </>
  );
}

function Brief({ data: { brief } }: { data: Calendar }) {
  const t = useT();
  const count = (value: number) => formatNumber(value);
  return (
    <div className="grid grid-cards">
      <Stat
        label={t(C.days)}
        value={brief.days}
        unit={t(C.daysUnit)}
        note={t(C.daysEqual, { count: count(brief.days_equal) })}
      />
      <Stat
        label={t(C.feeds)}
        value={brief.feeds}
        tone={brief.different || brief.indicators_different ? "warn" : undefined}
        note={[
          t(C.feedsNote, { checked: count(brief.checked), different: count(brief.different) }),
          brief.indicators > 0 &&
            t(C.indicatorsNote, {
              checked: count(brief.indicators),
              different: count(brief.indicators_different),
            }),
        ]
          .filter(Boolean)
          .join(t(C.and))}
      />
      <Stat label={t(C.rowsSource)} value={brief.rows_source} note={t(C.rowsRaw, { count: count(brief.rows_raw) })} />
      <Stat
        label={t(C.rowsStd)}
        value={brief.rows_std}
        note={t(C.rowsQuarantined, { count: count(brief.rows_quarantined) })}
      />
      <Stat
        label={t(C.open)}
        value={brief.open}
        tone={brief.open ? "bad" : undefined}
        note={t(C.closed, { count: count(brief.closed), held: count(brief.held) })}
      />
      <Stat
        label={t(C.unchecked)}
        value={brief.unchecked}
        tone={brief.unchecked ? "warn" : undefined}
        note={t(C.uncheckedNote)}
      />
    </div>
  );
}
