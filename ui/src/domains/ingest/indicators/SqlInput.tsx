import { useMutation } from "@tanstack/react-query";
import { Alert, Button, DatePicker, Form, Input, Table } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { api } from "@/kernel/client";
import type { InputProps } from "@/kernel/fields/rooms";
import { formatDate, formatNumber, formatText } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import type { StatementTried } from "../types";
import { I } from "./messages";

interface Props extends InputProps {
  side: "source" | "platform";
}

/** A statement of an indicator; run as it stands, it shows its first lines below. */
function SqlInput({ side, id, value, onChange }: Props) {
  const t = useT();
  const explain = useExplain();
  const form = Form.useFormInstance();
  const feeds = (Form.useWatch("feeds", form) ?? []) as string[];
  const [days, setDays] = useState<[Dayjs, Dayjs] | null>(null);
  const tried = useMutation({
    mutationFn: () =>
      api.post<StatementTried>("/api/ingest/indicators/try", {
        side,
        feeds,
        sql: value,
        days: days && { first: days[0].format("YYYY-MM-DD"), last: days[1].format("YYYY-MM-DD") },
      }),
  });
  const problem = tried.error ? explain(tried.error) : null;
  return (
    <div className="stack">
      <Input.TextArea
        id={id}
        className="mono"
        autoSize={{ minRows: 4, maxRows: 16 }}
        spellCheck={false}
        value={value as string}
        onChange={(event) => onChange?.(event.target.value)}
      />
      <span className="row">
        <DatePicker.RangePicker
          size="small"
          aria-label={t(I.tryDays)}
          value={days}
          onChange={(span) => setDays(span?.[0] && span[1] ? [span[0], span[1]] : null)}
        />
        <Button
          size="small"
          loading={tried.isPending}
          disabled={!value || feeds.length === 0}
          onClick={() => tried.mutate()}
        >
          {t(I.try)}
        </Button>
        {feeds.length === 0 && <span className="faint">{t(I.tryFeeds)}</span>}
      </span>
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail} />}
      {tried.data && !tried.isPending && <Tried found={tried.data} />}
    </div>
  );
}

function Tried({ found }: { found: StatementTried }) {
  const t = useT();
  const may = useMay();
  return (
    <>
      <p className="muted">
        {t(I.tried, {
          first: formatDate(found.first),
          last: formatDate(found.last),
          count: formatNumber(found.count),
        })}
        {!may("ingest.rows") && ` · ${t(I.hiddenLines)}`}
      </p>
      {found.lines.length > 0 && (
        <Table<StatementTried["lines"][number]>
          size="small"
          rowKey={(line) => `${line.day}|${line.item}`}
          pagination={{ pageSize: 5, hideOnSinglePage: true, size: "small" }}
          dataSource={found.lines}
          columns={[
            { title: t(I.day), dataIndex: "day", className: "num", render: formatDate },
            { title: t(I.item), dataIndex: "item", render: formatText },
            {
              title: t(I.value),
              dataIndex: "value",
              align: "right",
              className: "num",
              render: (value: number | null) => formatNumber(value, 4),
            },
          ]}
        />
      )}
    </>
  );
}

export function SourceSqlInput(props: InputProps) {
  return <SqlInput side="source" {...props} />;
}

export function PlatformSqlInput(props: InputProps) {
  return <SqlInput side="platform" {...props} />;
}

/** A statement as text. */
export function Sql({ value }: { value: unknown }) {
  return <pre className="json">{String(value ?? "")}</pre>;
}
