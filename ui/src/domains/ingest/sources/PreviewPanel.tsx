import { Alert, Table, Tabs } from "antd";
import { formatText, NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { Problem } from "./MappingTable";
import { S } from "./messages";
import type { FeedPreview } from "./types";

type Item = Record<string, unknown>;

/** What the first rows would become, and which would be refused and why. */
export function PreviewPanel({ preview, stale }: { preview: FeedPreview; stale: boolean }) {
  const t = useT();
  const errors = preview.problems.filter((one) => one.level === "error");
  const warnings = preview.problems.length - errors.length;
  if (errors.length > 0) {
    const apart = errors.filter((one) => one.element === null);
    return (
      <Section title={t(S.preview)}>
        <Alert
          type="error"
          showIcon
          title={t(S.problems, { count: errors.length })}
          description={apart.map((one) => <Problem key={one.place + one.detail} problem={one} />)}
        />
      </Section>
    );
  }
  const { read = 0, good = 0, shown = true, rejected = [] } = preview;
  const bad = (read ?? 0) - good;
  return (
    <Section
      flush
      title={t(S.preview)}
      hint={
        <>
          {read ? t(S.previewNote, { read, good, bad }) : t(S.emptyTable)}
          {warnings > 0 && <span className="warn"> · {t(S.warnings, { count: warnings })}</span>}
        </>
      }
      style={{ opacity: stale ? 0.55 : 1 }}
    >
      {!shown && <Alert type="info" showIcon title={t(S.previewHidden)} style={{ margin: 12 }} />}
      {shown && read ? (
        <Tabs
          size="small"
          className="preview-tabs"
          defaultActiveKey={good > 0 ? "good" : "bad"}
          items={[
            { key: "good", label: t(S.would, { count: good }), children: <Good preview={preview} /> },
            { key: "bad", label: t(S.wouldNot, { count: bad }), children: <Bad rejected={rejected} /> },
          ]}
        />
      ) : null}
    </Section>
  );
}

function Good({ preview: { columns = [], items = [], labels = {} } }: { preview: FeedPreview }) {
  const title = useTitle();
  return (
    <Table<Item>
      size="small"
      rowKey={(row) => JSON.stringify(row)}
      dataSource={items}
      pagination={false}
      scroll={{ x: "max-content", y: 420 }}
      columns={columns.map((column) => ({
        title: (
          <>
            {title(column)}
            <div className="faint mono">{column.name}</div>
          </>
        ),
        key: column.name,
        className: "nowrap",
        align: column.type === "integer" || column.type === "decimal" ? ("right" as const) : undefined,
        render: (_: unknown, row: Item) => <Value value={row[column.name]} titles={labels[column.name]} />,
      }))}
    />
  );
}

function Value({ value, titles }: { value: unknown; titles?: Record<string, string> }) {
  if (value === null || value === undefined) {
    return <span className="faint">{NOTHING}</span>;
  }
  const text = String(value);
  if (!titles) {
    return <span className="num">{text.replace("T", " ")}</span>;
  }
  return titles[text] ? (
    <>
      <span className="faint mono">{text}</span> {titles[text]}
    </>
  ) : (
    <span className="warn mono">{text}</span>
  );
}

function Bad({ rejected }: { rejected: NonNullable<FeedPreview["rejected"]> }) {
  const t = useT();
  const title = useTitle();
  return (
    <Table
      size="small"
      rowKey="id"
      dataSource={rejected}
      pagination={false}
      scroll={{ x: "max-content", y: 420 }}
      columns={[
        {
          title: t(S.reason),
          key: "reason",
          className: "nowrap",
          render: (_, one) => title({ title: one.reason_title, title_en: one.reason_title_en }),
        },
        { title: t(S.element), dataIndex: "element", className: "mono nowrap", render: formatText },
        { title: t(S.received), dataIndex: "received", className: "mono", render: formatText },
        {
          title: t(S.sourceRow),
          dataIndex: "row",
          className: "mono",
          render: (row: Item) =>
            Object.entries(row)
              .filter(([, value]) => value !== null)
              .map(([name, value]) => `${name}=${String(value)}`)
              .join("  "),
        },
      ]}
    />
  );
}
