import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Segmented, Table, Tag } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api } from "@/kernel/client";
import { FieldValue } from "@/kernel/fields";
import { formatDate, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { Empty, QueryView } from "@/kernel/state";
import type { DayBrief as Brief, DayShare } from "../types";
import { C } from "./messages";

const BY = [
  { value: "org", label: C.org, field: "org_code", kind: "org" },
  { value: "dataset", label: C.dataset, field: "dataset", kind: "dataset" },
  { value: "feed", label: C.feed, field: "feed", kind: "code" },
] as const;

interface Props {
  day: string;
  narrowing: Record<string, string>;
}

/** A business day by institution, dataset or feed; a row leads to its figures. */
export function DayBrief({ day, narrowing }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const [by, setBy] = useState<(typeof BY)[number]["value"]>("org");
  const cut = BY.find((one) => one.value === by) ?? BY[0];
  const brief = useQuery({
    queryKey: ["ingest", "calendar", "day", day, by, narrowing],
    queryFn: ({ signal }) => api.get<Brief>(`/api/ingest/calendar/${day}`, { by, ...narrowing }, signal),
    placeholderData: keepPreviousData,
  });
  const list = (path: string, part?: DayShare) => {
    const span = { "f.day.gte": day, "f.day.lte": day };
    const wanted = new URLSearchParams({ ...narrowing, ...span, ...(part && { [`f.${cut.field}`]: part.code }) });
    navigate(`/ingest/${path}?${wanted}`);
  };
  const indicators = (path: string) => {
    // Indicators stand in their lists by institution: they may be about several feeds.
    const wanted = new URLSearchParams({ "f.day.gte": day, "f.day.lte": day });
    for (const [name, value] of Object.entries(narrowing)) {
      name.startsWith("f.org_code") && wanted.set(name, value);
    }
    navigate(`/ingest/${path}?${wanted}`);
  };
  const counted = (title: string, key: keyof Brief["brief"], bad = false) => ({
    title,
    dataIndex: key,
    align: "right" as const,
    className: "num",
    render: (value: number) => <span className={bad && value ? "bad" : undefined}>{formatNumber(value)}</span>,
  });
  return (
    <Section
      flush
      title={t(C.dayBrief)}
      hint={formatDate(day)}
      extra={
        <Segmented
          size="small"
          value={by}
          onChange={setBy}
          options={BY.map(({ value, label }) => ({ value, label: t(label) }))}
        />
      }
    >
      <QueryView query={brief} rows={4} isEmpty={(data) => data.parts.length === 0} empty={<Empty text={t(C.none)} />}>
        {(data) => (
          <>
            <p className="day-sums">
              <Sum label={t(C.rowsSource)} value={data.brief.rows_source} />
              <Sum label={t(C.rowsStd)} value={data.brief.rows_std} />
              <Sum label={t(C.quarantined)} value={data.brief.rows_quarantined} />
              <Sum label={t(C.lost)} value={data.brief.lost} bad />
              <Sum label={t(C.stray)} value={data.brief.stray} bad />
            </p>
            <Table<DayShare>
              className="rows-open"
              size="small"
              rowKey="code"
              pagination={{ pageSize: 20, hideOnSinglePage: true, size: "small" }}
              scroll={{ x: "max-content" }}
              dataSource={data.parts}
              onRow={(part) => ({ onClick: () => list("check_days", part) })}
              columns={[
                {
                  title: t(cut.label),
                  dataIndex: "code",
                  render: (code: string, part) => (
                    <span className="row">
                      <FieldValue value={code} field={{ name: cut.field, label: t(cut.label), kind: cut.kind }} />
                      {part.held > 0 && <Tag color="red">{t(C.held)}</Tag>}
                    </span>
                  ),
                },
                counted(t(C.checked), "checked"),
                counted(t(C.different), "different", true),
                {
                  title: t(C.indicators),
                  dataIndex: "indicators",
                  align: "right",
                  className: "num",
                  render: (checked: number, part) => {
                    const different = part.indicators_different;
                    const told = different
                      ? `${formatNumber(different)}/${formatNumber(checked)}`
                      : formatNumber(checked);
                    return <span className={different ? "bad" : undefined}>{told}</span>;
                  },
                },
                counted(t(C.stillOpen), "open", true),
                counted(t(C.unchecked), "unchecked"),
                counted(t(C.rowsSource), "rows_source"),
              ]}
            />
            <p className="day-links">
              <Button type="link" size="small" onClick={() => list("check_days")}>
                {t(C.details)}
              </Button>
              <Button type="link" size="small" onClick={() => list("differences")}>
                {t(C.differences)}
              </Button>
              {data.brief.indicators > 0 && (
                <>
                  <Button type="link" size="small" onClick={() => indicators("indicator_lines")}>
                    {t(C.indicatorLines)}
                  </Button>
                  <Button type="link" size="small" onClick={() => indicators("indicator_differences")}>
                    {t(C.indicatorDifferences)}
                  </Button>
                </>
              )}
            </p>
          </>
        )}
      </QueryView>
    </Section>
  );
}

function Sum({ label, value, bad }: { label: string; value: number; bad?: boolean }) {
  return (
    <span>
      <span className="faint">{label}</span>{" "}
      <span className={bad && value ? "num bad" : "num"}>{formatNumber(value)}</span>
    </span>
  );
}
