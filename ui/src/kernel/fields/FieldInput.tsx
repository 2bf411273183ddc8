/** How a value of each kind is entered in a form. */
import { DatePicker, Input, InputNumber, Select, Switch } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useLanguage } from "../i18n";
import { useOrgs } from "./OrgName";
import { optionLabel } from "./options";
import { type InputProps, type RoomKind, roomKind } from "./rooms";
import type { FieldSpec } from "./types";

type Props = InputProps;

export function useOptions(field: FieldSpec) {
  const { language } = useLanguage();
  return (field.options ?? []).map((one) => ({
    value: one.value,
    label: optionLabel(one, language),
  }));
}

function Choice({ field, id, value, onChange }: Props) {
  const options = useOptions(field);
  return (
    <Select
      id={id}
      value={value as string}
      onChange={onChange}
      options={options}
      allowClear={!field.required}
      showSearch={options.length > 8 ? { optionFilterProp: "label" } : false}
    />
  );
}

function RoomChoice({ field, id, value, onChange, useOptions }: InputProps & Pick<Required<RoomKind>, "useOptions">) {
  return (
    <Select
      id={id}
      value={(value as string) || undefined}
      onChange={(chosen?: string) => onChange?.(chosen ?? "")}
      options={useOptions()}
      showSearch={{ optionFilterProp: "label" }}
      allowClear={!field.required}
    />
  );
}

export function OrgChoice({ id, value, onChange, many }: Omit<Props, "field"> & { many?: boolean }) {
  const { data } = useOrgs();
  const options = [...(data ?? [])].map(([code, name]) => ({ value: code, label: name || code }));
  return (
    <Select
      id={id}
      mode={many ? "multiple" : undefined}
      value={value as string}
      onChange={onChange}
      options={options}
      showSearch={{ optionFilterProp: "label" }}
      allowClear
    />
  );
}

function JsonText({ id, value, onChange }: Props) {
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value, null, 2);
  return (
    <Input.TextArea
      id={id}
      className="mono"
      autoSize={{ minRows: 3, maxRows: 14 }}
      value={text}
      onChange={(event) => onChange?.(event.target.value)}
    />
  );
}

function Time({ field, id, value, onChange }: Props) {
  const withTime = field.kind !== "date";
  return (
    <DatePicker
      id={id}
      style={{ width: "100%" }}
      showTime={withTime}
      value={value ? dayjs(String(value)) : null}
      onChange={(time: Dayjs | null) =>
        onChange?.(time ? (withTime ? time.toISOString() : time.format("YYYY-MM-DD")) : null)
      }
    />
  );
}

/** The input of a field, chosen by its kind; controlled, so it stands in an antd Form.Item. */
export function FieldInput(props: Props) {
  const { field, id, value, onChange } = props;
  const room = roomKind(field.kind);
  if (room?.Input) {
    return <room.Input {...props} />;
  }
  if (room?.useOptions) {
    return <RoomChoice {...props} useOptions={room.useOptions} />;
  }
  switch (field.kind) {
    case "number":
    case "integer":
    case "duration":
    case "bytes":
      return (
        <InputNumber
          id={id}
          style={{ width: "100%" }}
          value={value as number}
          onChange={onChange}
          precision={field.kind === "integer" ? 0 : undefined}
          suffix={field.unit ?? undefined}
        />
      );
    case "percent":
      return (
        <InputNumber
          id={id}
          style={{ width: "100%" }}
          value={value as number}
          onChange={onChange}
          min={0}
          max={1}
          step={0.01}
        />
      );
    case "switch":
      return <Switch id={id} checked={Boolean(value)} onChange={onChange} />;
    case "select":
      return <Choice {...props} />;
    case "org":
      return <OrgChoice {...props} />;
    case "orgs":
      return <OrgChoice {...props} many />;
    case "tags":
      return (
        <Select
          id={id}
          mode={field.options?.length ? "multiple" : "tags"}
          value={(value ?? []) as string[]}
          onChange={onChange}
          options={field.options ?? undefined}
          tokenSeparators={[",", "，", " "]}
        />
      );
    case "date":
    case "datetime":
    case "dateTime":
      return <Time {...props} />;
    case "json":
      return <JsonText {...props} />;
    case "textarea":
      return (
        <Input.TextArea
          id={id}
          autoSize={{ minRows: 3, maxRows: 10 }}
          value={value as string}
          onChange={(event) => onChange?.(event.target.value)}
        />
      );
    case "password":
      return (
        <Input.Password
          id={id}
          autoComplete="new-password"
          value={value as string}
          onChange={(event) => onChange?.(event.target.value)}
        />
      );
    default:
      return <Input id={id} value={value as string} onChange={(event) => onChange?.(event.target.value)} />;
  }
}
