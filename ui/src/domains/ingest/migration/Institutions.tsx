import { Button, Form, Input, Modal, Popconfirm, Table, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { OrgName } from "@/kernel/fields/OrgName";
import { formatMinute, formatNumber } from "@/kernel/format";
import { type Message, useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import type { MigrationPart, MigrationReport } from "../types";
import { useStep } from "./actions";
import { T } from "./messages";

const STATUS: Record<string, { label: Message; color: string }> = {
  left: { label: T.left, color: "default" },
  ready: { label: T.toMake, color: "default" },
  made: { label: T.toRead, color: "processing" },
  moved: { label: T.toCheck, color: "processing" },
  different: { label: T.different, color: "error" },
  proven: { label: T.proven, color: "success" },
  accepted: { label: T.accepted, color: "success" },
};

const UNREAD = ["left", "ready", "made"];

/** The institutions of a migration: what of each is here, whether it was proven equal, and who accepted it. */
export function Institutions({ report }: { report: MigrationReport }) {
  const t = useT();
  const [accepting, setAccepting] = useState<MigrationPart | null>(null);
  const figure = (title: string, name: "there" | "rows_source" | "rows_raw" | "rows_std" | "rows_quarantined") => ({
    title,
    dataIndex: name,
    align: "right" as const,
    className: "num",
    render: (value: number, part: MigrationPart) =>
      name !== "there" && UNREAD.includes(part.status) ? "—" : formatNumber(value),
  });
  return (
    <Section
      title={t(T.institutions)}
      extra={
        <Link to={`/ingest/migration_tables?f.migration=${encodeURIComponent(report.migration.title)}`}>
          {t(T.details)}
        </Link>
      }
    >
      <Table<MigrationPart>
        size="small"
        rowKey="id"
        dataSource={report.parts}
        scroll={{ x: "max-content" }}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        locale={{ emptyText: t(T.noneYet) }}
        columns={[
          {
            title: t(T.title),
            dataIndex: "title",
            render: (title: string, part) =>
              part.tables > 0 && part.source ? <Link to={`/ingest/sources/${part.source}`}>{title}</Link> : title,
          },
          {
            title: t(T.org),
            dataIndex: "org_code",
            render: (code: string, part) => (part.status === "left" ? "—" : <OrgName code={code} />),
          },
          {
            title: t(T.code),
            dataIndex: "codes",
            render: (codes: string[]) => (
              <span className="mono">{codes.map((code) => code || t(T.noCode)).join("、")}</span>
            ),
          },
          { title: t(T.until), dataIndex: "until", render: (until: string | null) => until ?? "—" },
          { title: t(T.status), dataIndex: "status", render: (_, part) => <Standing part={part} /> },
          {
            title: t(T.progress),
            dataIndex: "proven",
            align: "right",
            className: "num",
            render: (proven: number, part) => (part.tables > 0 ? `${proven} / ${part.tables}` : "—"),
          },
          figure(t(T.there), "there"),
          figure(t(T.toTake), "rows_source"),
          figure(t(T.taken), "rows_raw"),
          figure(t(T.inStd), "rows_std"),
          figure(t(T.quarantined), "rows_quarantined"),
          { key: "actions", fixed: "right", render: (_, part) => <Actions part={part} onAccept={setAccepting} /> },
        ]}
      />
      {accepting && <Accept part={accepting} onClose={() => setAccepting(null)} />}
    </Section>
  );
}

function Standing({ part }: { part: MigrationPart }) {
  const t = useT();
  const shown = STATUS[part.status];
  const why = part.error ?? part.reason;
  const by = part.accepted_at && t(T.acceptedBy, { by: part.accepted_by ?? "", at: formatMinute(part.accepted_at) });
  return (
    <>
      {shown && (
        <Tag color={shown.color} title={[by, part.note].filter(Boolean).join("：") || undefined}>
          {t(shown.label)}
        </Tag>
      )}
      {why && <span className={part.error ? "bad" : "faint"}>{why}</span>}
    </>
  );
}

function Actions({ part, onAccept }: { part: MigrationPart; onAccept: (part: MigrationPart) => void }) {
  const t = useT();
  const may = useMay();
  const step = useStep();
  const path = `migration_parts/${part.id}`;
  const open = part.status !== "left" && part.status !== "accepted";
  const made = open && part.status !== "ready";
  const button = (verb: "make" | "run" | "check", label: string) => (
    <Button
      size="small"
      loading={step.isPending}
      onClick={() => step.mutate({ path: `${path}/${verb}`, what: part.title })}
    >
      {label}
    </Button>
  );
  return (
    <span className="row">
      {open && may("ingest.write") && button("make", t(T.make))}
      {made && may("ingest.run") && button("run", t(T.run))}
      {made && may("ingest.run") && button("check", t(T.check))}
      {part.status === "proven" && may("ingest.write") && (
        <Button size="small" type="primary" onClick={() => onAccept(part)}>
          {t(T.accept)}
        </Button>
      )}
      {part.status === "accepted" && may("ingest.write") && (
        <Popconfirm title={t(T.reopenAsk)} onConfirm={() => step.mutate({ path: `${path}/reopen`, what: part.title })}>
          <Button size="small">{t(T.reopen)}</Button>
        </Popconfirm>
      )}
      {(part.status === "left" || part.status === "ready") && may("ingest.write") && (
        <Popconfirm title={t(T.removeAsk)} onConfirm={() => step.mutate({ path, method: "delete", what: part.title })}>
          <Button size="small">{t(T.remove)}</Button>
        </Popconfirm>
      )}
    </span>
  );
}

function Accept({ part, onClose }: { part: MigrationPart; onClose: () => void }) {
  const t = useT();
  const step = useStep(onClose);
  const [form] = Form.useForm<{ note?: string }>();
  return (
    <Modal
      open
      title={t(T.acceptTitle, { title: part.title })}
      okText={t(T.accept)}
      okButtonProps={{ loading: step.isPending }}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <p>{t(T.acceptHint)}</p>
      <Form
        form={form}
        layout="vertical"
        onFinish={({ note }) =>
          step.mutate({ path: `migration_parts/${part.id}/accept`, what: part.title, body: { note: note ?? "" } })
        }
      >
        <Form.Item name="note" label={t(T.noteLabel)}>
          <Input.TextArea rows={2} maxLength={1000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
