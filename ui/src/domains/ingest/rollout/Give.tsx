import { DeleteOutlined, DownloadOutlined, PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Input, Table, Upload } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { OrgChoice } from "@/kernel/fields/FieldInput";
import { useSaid, useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useChanged } from "@/kernel/resource/api";
import { Refused } from "@/kernel/state";
import type { CheckedRows, TemplateColumn } from "../types";
import { T } from "./messages";
import "../ingest.css";

type Line = Record<string, string> & { id: string };

let made = 0;
const blank = (): Line => ({ id: `line-${++made}` });

/** Institutions typed in a grid or uploaded as a sheet: checked, and the right ones kept. */
export function Give({ path }: { path: string }) {
  const t = useT();
  const said = useSaid();
  const changed = useChanged();
  const { message } = App.useApp();
  const [lines, setLines] = useState<Line[]>(() => [blank()]);
  const [told, setTold] = useState<CheckedRows | null>(null);
  const columns = useQuery({
    queryKey: ["ingest", path, "columns"],
    queryFn: ({ signal }) => api.get<TemplateColumn[]>(`${path}/columns`, undefined, signal),
  });
  const done = async (answer: CheckedRows, keep: boolean) => {
    setTold(answer);
    if (keep) {
      message.success(t(T.kept, { count: answer.kept }));
      await changed("/api/ingest/rollouts");
    }
  };
  const give = useMutation({
    mutationFn: (keep: boolean) =>
      api.post<CheckedRows>(`${path}/institutions?keep=${keep}`, { rows: lines.map(({ id: _id, ...row }) => row) }),
    onSuccess: done,
  });
  const upload = useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.append("file", file);
      return api.post<CheckedRows>(`${path}/upload`, form);
    },
    onSuccess: (answer) => done(answer, true),
  });
  const set = (id: string, name: string, value: string) =>
    setLines(lines.map((line) => (line.id === id ? ({ ...line, [name]: value } as Line) : line)));
  const failure = give.error ?? upload.error;
  return (
    <Section
      title={t(T.give)}
      hint={t(T.giveHint)}
      extra={
        <span className="row">
          <Button size="small" icon={<DownloadOutlined />} href={`${path}/sheet?format=xlsx`}>
            {t(T.sheet)}
          </Button>
          <Upload
            accept=".csv,.xlsx"
            showUploadList={false}
            beforeUpload={(file) => {
              upload.mutate(file);
              return false;
            }}
          >
            <Button size="small" icon={<UploadOutlined />} loading={upload.isPending}>
              {t(T.upload)}
            </Button>
          </Upload>
        </span>
      }
    >
      <div className="stack">
        <Table<Line>
          size="small"
          rowKey="id"
          dataSource={lines}
          pagination={false}
          scroll={{ x: "max-content" }}
          columns={[
            ...(columns.data ?? []).map((column) => ({
              title: `${said(column.label, column.label_en)}${column.required ? " *" : ""}`,
              key: column.name,
              width: column.name === "org_code" ? 210 : 140,
              render: (_: unknown, line: Line) => (
                <Cell
                  column={column}
                  value={line[column.name]}
                  onChange={(value) => set(line.id, column.name, value)}
                />
              ),
            })),
            {
              key: "remove",
              fixed: "right" as const,
              width: 44,
              render: (_: unknown, line: Line) => (
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={t(T.remove)}
                  onClick={() => setLines(lines.filter((one) => one.id !== line.id))}
                />
              ),
            },
          ]}
        />
        <span className="row">
          <Button icon={<PlusOutlined />} onClick={() => setLines([...lines, blank()])}>
            {t(T.addRow)}
          </Button>
          <Button disabled={lines.length === 0} loading={give.isPending} onClick={() => give.mutate(false)}>
            {t(T.preview)}
          </Button>
          <Button
            type="primary"
            disabled={lines.length === 0}
            loading={give.isPending}
            onClick={() => give.mutate(true)}
          >
            {t(T.keep)}
          </Button>
        </span>
        {failure && <Refused error={failure} />}
        {told && !failure && <Told told={told} columns={columns.data ?? []} />}
      </div>
    </Section>
  );
}

function Cell({
  column,
  value,
  onChange,
}: {
  column: TemplateColumn;
  value: string | undefined;
  onChange: (value: string) => void;
}) {
  const said = useSaid();
  const label = said(column.label, column.label_en);
  if (column.name === "org_code") {
    return (
      <div className="rollout-org">
        <OrgChoice value={value} onChange={(chosen) => onChange((chosen as string | undefined) ?? "")} />
      </div>
    );
  }
  const Typed = column.secret ? Input.Password : Input;
  return (
    <Typed
      aria-label={label}
      value={value ?? ""}
      autoComplete={column.secret ? "new-password" : "off"}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function Told({ told, columns }: { told: CheckedRows; columns: TemplateColumn[] }) {
  const t = useT();
  const said = useSaid();
  const label = (name: string) => {
    const found = columns.find((column) => column.name === name);
    return found ? said(found.label, found.label_en) : name;
  };
  return (
    <>
      <Alert
        type={told.wrong ? "warning" : "success"}
        showIcon
        title={t(T.checked, { total: told.rows.length, wrong: told.wrong })}
      />
      <Table<CheckedRows["rows"][number]>
        size="small"
        rowKey="row"
        dataSource={told.rows}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        columns={[
          { title: t(T.row), dataIndex: "row", className: "num", width: 60 },
          { title: t(T.code), dataIndex: "code", className: "mono" },
          { title: t(T.title), dataIndex: "title" },
          {
            title: t(T.outcome),
            key: "outcome",
            render: (_, row) =>
              row.problems.length > 0 ? (
                <span className="bad">
                  {row.problems.map((one) => `${label(one.column)}：${said(one.reason, one.reason_en)}`).join("；")}
                </span>
              ) : (
                <span className="good">{t(T.wouldBe, { feeds: row.feeds, plans: row.plans })}</span>
              ),
          },
        ]}
      />
    </>
  );
}
