/** How each kind is filtered: an input, and how its value becomes `f.<field>.<operator>` parameters and back. */
import { DatePicker, Input, InputNumber, Select, Space } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useEffect, useState } from "react";
import { useT } from "../i18n";
import { K } from "../messages";
import { useOptions } from "./FieldInput";
import { useOrgs } from "./OrgName";
import { type RoomKind, roomKind } from "./rooms";
import type { FieldSpec } from "./types";

/** Filters as the API takes them without the `f.`: `{"name.contains": "张", "amount.gte": "5"}`. */
export type Filters = Record<string, string>;

interface Props {
  field: FieldSpec;
  filters: Filters;
  onChange: (changed: Record<string, string | null>) => void;
}

const TIMES = new Set(["datetime", "dateTime"]);
const NUMBERS = new Set(["number", "integer", "percent", "bytes", "duration"]);

/** A chosen span of days → the bounds: a moment in time is bounded by local midnights, the end exclusive. */
export function spanToFilters(field: FieldSpec, span: [Dayjs, Dayjs] | null): Record<string, string | null> {
  const { name } = field;
  if (TIMES.has(field.kind)) {
    return {
      [`${name}.gte`]: span ? span[0].startOf("day").toISOString() : null,
      [`${name}.lt`]: span ? span[1].startOf("day").add(1, "day").toISOString() : null,
    };
  }
  return {
    [`${name}.gte`]: span ? span[0].format("YYYY-MM-DD") : null,
    [`${name}.lte`]: span ? span[1].format("YYYY-MM-DD") : null,
  };
}

/** The bounds → the span shown in the picker. */
export function filtersToSpan(field: FieldSpec, filters: Filters): [Dayjs, Dayjs] | null {
  const from = filters[`${field.name}.gte`];
  const to = TIMES.has(field.kind) ? filters[`${field.name}.lt`] : filters[`${field.name}.lte`];
  if (!from || !to) {
    return null;
  }
  return [dayjs(from), TIMES.has(field.kind) ? dayjs(to).subtract(1, "day") : dayjs(to)];
}

function TextFilter({ field, filters, onChange }: Props) {
  const key = field.kind === "id" ? field.name : `${field.name}.contains`;
  const value = filters[key] ?? "";
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  const apply = () => draft !== value && onChange({ [key]: draft.trim() || null });
  return (
    <Input
      id={`filter-${field.name}`}
      allowClear
      style={{ width: 150 }}
      value={draft}
      onChange={(event) => {
        setDraft(event.target.value);
        if (event.target.value === "" && value) {
          onChange({ [key]: null });
        }
      }}
      onPressEnter={apply}
      onBlur={apply}
    />
  );
}

function ChoiceFilter({ field, filters, onChange, options }: Props & { options: { value: string; label: string }[] }) {
  const t = useT();
  const chosen = filters[field.name]
    ? [filters[field.name] as string]
    : (filters[`${field.name}.in`]?.split(",") ?? []);
  return (
    <Select
      id={`filter-${field.name}`}
      mode="multiple"
      maxTagCount={1}
      style={{ minWidth: 130 }}
      placeholder={t(K.all)}
      value={chosen}
      options={options}
      showSearch={{ optionFilterProp: "label" }}
      allowClear
      onChange={(values: string[]) =>
        onChange({
          [field.name]: values.length === 1 ? (values[0] as string) : null,
          [`${field.name}.in`]: values.length > 1 ? values.join(",") : null,
        })
      }
    />
  );
}

function OrgFilter(props: Props) {
  const { data } = useOrgs();
  return (
    <ChoiceFilter {...props} options={[...(data ?? [])].map(([value, label]) => ({ value, label: label || value }))} />
  );
}

function OptionFilter(props: Props) {
  return <ChoiceFilter {...props} options={useOptions(props.field)} />;
}

function RoomFilter({ useOptions, ...props }: Props & Pick<Required<RoomKind>, "useOptions">) {
  return <ChoiceFilter {...props} options={useOptions()} />;
}

function BoolFilter({ field, filters, onChange }: Props) {
  const t = useT();
  return (
    <Select
      id={`filter-${field.name}`}
      style={{ width: 84 }}
      value={filters[field.name] ?? ""}
      options={[
        { value: "", label: t(K.all) },
        { value: "true", label: t(K.yes) },
        { value: "false", label: t(K.no) },
      ]}
      onChange={(value) => onChange({ [field.name]: value || null })}
    />
  );
}

function NumberFilter({ field, filters, onChange }: Props) {
  const t = useT();
  const bound = (operator: "gte" | "lte", hint: string) => {
    const key = `${field.name}.${operator}`;
    return (
      <InputNumber
        aria-label={`${field.label} ${hint}`}
        style={{ width: 84 }}
        placeholder={hint}
        value={filters[key] ?? null}
        onChange={(value) => onChange({ [key]: value === null || value === "" ? null : String(value) })}
        changeOnWheel={false}
      />
    );
  };
  return (
    <Space.Compact>
      {bound("gte", t(K.from))}
      {bound("lte", t(K.to))}
    </Space.Compact>
  );
}

function SpanFilter({ field, filters, onChange }: Props) {
  return (
    <DatePicker.RangePicker
      id={`filter-${field.name}`}
      style={{ width: 220 }}
      value={filtersToSpan(field, filters)}
      onChange={(span) => onChange(spanToFilters(field, span?.[0] && span[1] ? [span[0], span[1]] : null))}
    />
  );
}

/** The filter of a field, chosen by its kind. */
export function FieldFilter(props: Props) {
  const { kind, options } = props.field;
  if (kind === "org") {
    return <OrgFilter {...props} />;
  }
  const room = roomKind(kind)?.useOptions;
  if (room) {
    return <RoomFilter {...props} useOptions={room} />;
  }
  if (options?.length) {
    return <OptionFilter {...props} />;
  }
  if (kind === "switch") {
    return <BoolFilter {...props} />;
  }
  if (NUMBERS.has(kind)) {
    return <NumberFilter {...props} />;
  }
  if (TIMES.has(kind) || kind === "date") {
    return <SpanFilter {...props} />;
  }
  return <TextFilter {...props} />;
}
