import { Checkbox, Input, InputNumber, Select, Table, Tag } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useState } from "react";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { A, NOTES } from "./messages_adopting";
import { useBranch } from "./queries";
import type { AdoptedColumn } from "./types";

interface Props {
  columns: AdoptedColumn[];
  /** Names of key and patient column: these are required whatever is ticked. */
  needed: string[];
  onChange: (at: number, next: Partial<AdoptedColumn>) => void;
}

type Placed = AdoptedColumn & { at: number };
const TYPES = ["string", "integer", "decimal", "date", "datetime", "boolean"] as const;
/** What a newly chosen type measures at first: a text its length, a number its digits. */
const MEASURES: Partial<Record<(typeof TYPES)[number], Partial<AdoptedColumn>>> = {
  string: { length: 255 },
  decimal: { precision: 18, scale: 4 },
};
const NOTHING_MEASURED = { length: null, precision: null, scale: null };

/** The columns that a declaration comes to, each to be left out, renamed and typed otherwise. */
export function AdoptColumns({ columns, needed, onChange }: Props) {
  const t = useT();
  const [text, setText] = useState("");
  const sets = useBranch("value_set").data?.filter((one) => one.size > 0);
  const typed = text.trim().toLowerCase();
  const shown = columns
    .map((one, at) => ({ ...one, at }))
    .filter((one) =>
      [one.name, one.title, one.element ?? "", one.de ?? ""].some((part) => part.toLowerCase().includes(typed)),
    );
  const word = (key: "name" | "title_en", title: string, className?: string): ColumnsType<Placed>[number] => ({
    title,
    key,
    width: 150,
    render: (_, one) => (
      <Input
        size="small"
        className={className}
        disabled={!one.included}
        value={one[key]}
        onChange={({ target }) => onChange(one.at, { [key]: target.value })}
      />
    ),
  });
  const shape: ColumnsType<Placed> = [
    {
      key: "included",
      width: 44,
      render: (_, one) => (
        <Checkbox
          aria-label={`${t(A.include)} ${one.title}`}
          checked={one.included}
          onChange={({ target }) => onChange(one.at, { included: target.checked })}
        />
      ),
    },
    {
      title: t(A.element),
      key: "element",
      render: (_, one) => (
        <>
          <div>{one.title}</div>
          <span className="faint mono">{one.element ?? ""}</span>{" "}
          {one.note && <Tag color={one.note === "no_type" && !one.type ? "red" : "default"}>{t(NOTES[one.note])}</Tag>}
        </>
      ),
    },
    word("name", t(A.name), "mono"),
    word("title_en", t(A.titleEn)),
    {
      title: t(A.type),
      key: "type",
      width: 115,
      render: (_, one) => (
        <Select
          size="small"
          style={{ width: "100%" }}
          disabled={!one.included}
          status={one.type ? undefined : "error"}
          value={one.type ?? undefined}
          onChange={(type) => onChange(one.at, { type, ...NOTHING_MEASURED, ...MEASURES[type] })}
          options={TYPES.map((value) => ({ value, label: value }))}
        />
      ),
    },
    { title: t(A.length), key: "length", width: 105, render: (_, one) => <Measure column={one} onChange={onChange} /> },
    {
      title: t(A.valueSet),
      key: "value_set",
      width: 150,
      render: (_, one) => (
        <Select
          allowClear
          size="small"
          showSearch={{ optionFilterProp: "label" }}
          style={{ width: "100%" }}
          disabled={!one.included || one.type !== "string"}
          value={one.value_set ?? undefined}
          onChange={(value_set) => onChange(one.at, { value_set: value_set ?? null })}
          options={sets?.map(({ code, title }) => ({ value: code, label: `${code} ${title}` }))}
        />
      ),
    },
    {
      title: t(A.required),
      key: "required",
      width: 84,
      render: (_, one) => (
        <Checkbox
          aria-label={`${t(A.required)} ${one.title}`}
          disabled={!one.included || needed.includes(one.name)}
          checked={one.required || needed.includes(one.name)}
          onChange={({ target }) => onChange(one.at, { required: target.checked })}
        />
      ),
    },
    {
      title: t(A.grade),
      key: "grade",
      width: 70,
      render: (_, one) => (
        <InputNumber
          size="small"
          style={{ width: "100%" }}
          disabled={!one.included}
          min={1}
          max={5}
          value={one.grade}
          onChange={(grade) => onChange(one.at, { grade: grade ?? one.grade })}
        />
      ),
    },
  ];
  return (
    <Section
      flush
      title={t(A.columns)}
      hint={t(A.chosen, { chosen: columns.filter((one) => one.included).length, all: columns.length })}
      extra={
        <Input.Search
          allowClear
          size="small"
          placeholder={t(A.find)}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      }
    >
      <Table<Placed>
        size="small"
        rowKey="at"
        rowClassName={(one) => (one.included ? "" : "standards-left-out")}
        dataSource={shown}
        tableLayout="fixed"
        scroll={{ x: 1080 }}
        pagination={{ defaultPageSize: 50, showSizeChanger: true, hideOnSinglePage: true }}
        columns={shape}
      />
    </Section>
  );
}

function Measure({ column, onChange }: { column: Placed; onChange: Props["onChange"] }) {
  const t = useT();
  const number = (name: "length" | "precision" | "scale", label: string, least: number) => (
    <InputNumber
      size="small"
      aria-label={label}
      controls={false}
      style={{ width: name === "length" ? "100%" : "48%" }}
      disabled={!column.included}
      min={least}
      precision={0}
      value={column[name]}
      onChange={(value) => onChange(column.at, { [name]: value })}
    />
  );
  switch (column.type) {
    case "string":
      return number("length", t(A.length), 1);
    case "decimal":
      return (
        <span className="standards-digits" title={t(A.digits)}>
          {number("precision", t(A.digits), 1)}
          {number("scale", t(A.digits), 0)}
        </span>
      );
    default:
      return null;
  }
}
