import { UploadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button, Input, Select, Table, Tag, Upload } from "antd";
import { useState } from "react";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { ExportButton } from "@/kernel/resource/ExportButton";
import { useMay } from "@/kernel/session";
import { Refused } from "@/kernel/state";
import { M } from "./messages";
import { useBranch } from "./queries";
import { SourceTable } from "./SourceTable";
import type { Compared, Comparison, SourceColumn } from "./types";

/** Columns out of pasted lines: name, title, type, length, parted by tabs or commas. */
export function columnsOf(text: string): SourceColumn[] {
  return (
    text
      .split("\n")
      // Where tabs part the line, a comma belongs to a comment or to a type such as decimal(10,2).
      .map((line) => line.split(line.includes("\t") ? "\t" : /[,，]/).map((part) => part.trim()))
      .filter(([name]) => name)
      .map(([name = "", title = "", type = "", length = ""]) => ({
        name,
        title,
        type,
        length: /^\d+$/.test(length) ? Number(length) : null,
      }))
  );
}

export const asLines = (columns: SourceColumn[]) =>
  columns
    .map((one) =>
      [one.name, one.title, one.type, one.length ?? ""].map((part) => `${part}`.replace(/\s+/g, " ")).join("\t"),
    )
    .join("\n");

const PATH = "/api/standards/compare";
interface Wanted {
  kind: string;
  code: string;
  columns: SourceColumn[];
  pairs: Record<string, string>;
}

/** A hospital's table beside a dataset of the platform or of the standards. */
export function ComparePage() {
  const t = useT();
  const title = useTitle();
  const platform = useBranch("dataset");
  const catalogue = useBranch("catalogue");
  const [against, setAgainst] = useState<string>();
  const [text, setText] = useState("");
  const [pairs, setPairs] = useState<Record<string, string>>({});
  const may = useMay();
  const columns = columnsOf(text);
  const read = useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.append("file", file);
      return api.post<SourceColumn[]>("/api/standards/compare/columns", form);
    },
    onSuccess: (found) => {
      setText(asLines(found));
      setPairs({});
    },
  });
  const compare = useMutation({
    mutationFn: (wanted: Wanted) => api.post<Comparison>(PATH, wanted),
  });
  const error = read.error ?? compare.error;
  const options = [
    { label: t(M.platform), kind: "dataset", items: platform.data },
    { label: t(M.catalogue), kind: "catalogue", items: catalogue.data },
  ].map(({ label, kind, items }) => ({
    label,
    options: (items ?? []).map((one) => ({ value: `${kind}:${one.code}`, label: `${title(one)} ${one.code}` })),
  }));
  return (
    <>
      <PageHead title={t(M.compare)} note={t(M.compareNote)} />
      <div className="stack">
        <Section>
          <div className="stack">
            <span className="row">
              <Select
                showSearch={{ optionFilterProp: "label" }}
                style={{ width: 360 }}
                placeholder={t(M.against)}
                value={against}
                onChange={setAgainst}
                options={options}
              />
              <Upload
                accept=".csv,.xlsx"
                showUploadList={false}
                beforeUpload={(file) => {
                  read.mutate(file);
                  return false;
                }}
              >
                <Button icon={<UploadOutlined />} loading={read.isPending}>
                  {t(M.fromList)}
                </Button>
              </Upload>
              <span className="faint">{t(M.listHint)}</span>
            </span>
            {may("ingest.write") && (
              <SourceTable
                dataset={against?.startsWith("dataset:") ? against.slice("dataset:".length) : undefined}
                onColumns={(found, suggested) => {
                  setText(asLines(found));
                  setPairs(suggested);
                }}
              />
            )}
            <Input.TextArea
              className="mono"
              rows={6}
              placeholder={t(M.paste)}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setPairs({});
              }}
            />
            <div>
              <Button
                type="primary"
                disabled={!against || columns.length === 0}
                loading={compare.isPending}
                onClick={() => {
                  const [kind = "", ...code] = (against ?? "").split(":");
                  compare.mutate({ kind, code: code.join(":"), columns, pairs });
                }}
              >
                {t(M.doCompare)}
              </Button>
            </div>
            {error && <Refused error={error} />}
          </div>
        </Section>
        {compare.data && <Outcome comparison={compare.data} wanted={compare.variables} />}
      </div>
    </>
  );
}

const COLOURS = { same: "green", type: "red", longer: "orange", shorter: "default", missing: "default" } as const;

function Outcome({ comparison, wanted }: { comparison: Comparison; wanted: Wanted }) {
  const t = useT();
  const title = useTitle();
  const words = { same: M.same, type: M.typeDiffers, longer: M.longer, shorter: M.shorter, missing: M.missing };
  const size = (type: string, length: number | null | undefined) => `${type}${length ? ` ${length}` : ""}` || NOTHING;
  return (
    <>
      <div className="grid grid-cards">
        <Stat label={t(M.coverage)} value={comparison.covered} note={`/ ${comparison.fields}`} />
        <Stat
          label={t(M.requiredCoverage)}
          value={comparison.required_covered}
          note={`/ ${comparison.required}`}
          tone={comparison.required_covered < comparison.required ? "bad" : "good"}
        />
        <Stat label={t(M.typeDiffers)} value={comparison.findings.type} />
        <Stat label={t(M.longer)} value={comparison.findings.longer} />
      </div>
      <Section
        flush
        title={title(comparison)}
        hint={comparison.dataset}
        extra={<ExportButton size="small" path={`${PATH}/export`} body={wanted} />}
      >
        <Table<Compared>
          size="small"
          rowKey="field"
          dataSource={comparison.compared}
          pagination={false}
          columns={[
            {
              title: t(M.standardField),
              key: "field",
              render: (_, one) => (
                <>
                  {title(one)} <span className="faint mono">{one.field}</span>{" "}
                  {one.key ? (
                    <Tag color="blue">{t(M.key)}</Tag>
                  ) : (
                    one.required && <Tag color="orange">{t(M.required)}</Tag>
                  )}
                </>
              ),
            },
            { title: t(M.type), key: "type", className: "mono", render: (_, one) => size(one.type, one.length) },
            {
              title: t(M.sourceColumn),
              key: "column",
              render: (_, one) =>
                one.column ? (
                  <>
                    <span className="mono">{one.column}</span> <span className="faint">{one.column_title}</span>
                  </>
                ) : (
                  NOTHING
                ),
            },
            {
              title: t(M.type),
              key: "column_type",
              className: "mono",
              render: (_, one) => (one.column ? one.column_type || NOTHING : ""),
            },
            {
              title: t(M.finding),
              dataIndex: "finding",
              filters: Object.entries(words).map(([value, word]) => ({ value, text: t(word) })),
              onFilter: (value, one) => one.finding === value,
              render: (finding: Compared["finding"], one) => (
                <Tag color={finding === "missing" && one.required ? "red" : COLOURS[finding]}>{t(words[finding])}</Tag>
              ),
            },
          ]}
        />
      </Section>
      {comparison.extra.length > 0 && (
        <Section title={t(M.extraColumns, { count: comparison.extra.length })}>
          <span className="row">
            {comparison.extra.map((one) => (
              <Tag key={one.name}>
                {one.name} {one.title}
              </Tag>
            ))}
          </span>
        </Section>
      )}
    </>
  );
}
