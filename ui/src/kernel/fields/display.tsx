/** How a value of each kind is drawn in a cell or a detail. Add a kind: one line in KINDS. */
import { EyeInvisibleOutlined } from "@ant-design/icons";
import { Tag, Tooltip, Typography } from "antd";
import type { ReactNode } from "react";
import {
  formatBytes,
  formatDate,
  formatDateTime,
  formatDuration,
  formatNumber,
  formatPercent,
  formatText,
  NOTHING,
} from "../format";
import { useLanguage, useT } from "../i18n";
import { K } from "../messages";
import { SexName } from "./coded";
import { OrgName, OrgNames } from "./OrgName";
import { optionLabel } from "./options";
import { roomKind } from "./rooms";
import type { FieldSpec } from "./types";

interface ValueProps {
  value: unknown;
  field: FieldSpec;
}

type Draw = (props: ValueProps) => ReactNode;

const isNothing = (value: unknown) => value === null || value === undefined || value === "";

function Bool({ value }: ValueProps) {
  const t = useT();
  return <span className={value ? undefined : "faint"}>{t(value ? K.yes : K.no)}</span>;
}

/** Words that mean the same state in every room get the same colour. */
const TONES: Record<string, string> = {
  succeeded: "success",
  success: "success",
  done: "success",
  active: "success",
  enabled: "success",
  landed: "processing",
  submitted: "processing",
  approved: "processing",
  effective: "success",
  returned: "warning",
  refused: "error",
  capturing: "processing",
  standardised: "success",
  queued: "default",
  waiting: "warning",
  wrong_password: "error",
  unknown_user: "error",
  critical: "error",
  major: "warning",
  running: "processing",
  synced: "success",
  equal: "success",
  different: "error",
  doing: "processing",
  writing: "processing",
  whole: "success",
  broken: "error",
  held: "warning",
  failed: "error",
  error: "error",
  locked: "error",
  disabled: "default",
  warning: "warning",
  pending: "warning",
  todo: "default",
};

function Option({ value, field }: ValueProps) {
  const { language } = useLanguage();
  const option = field.options?.find((one) => String(one.value) === String(value));
  const label = optionLabel(option ?? { value: String(value), label: String(value) }, language);
  const tone = TONES[String(value)];
  return tone ? <Tag color={tone}>{label}</Tag> : <span>{label}</span>;
}

function Tags({ value }: ValueProps) {
  const items = Array.isArray(value) ? value : [value];
  if (items.length === 0) {
    return <span className="faint">{NOTHING}</span>;
  }
  return (
    <>
      {items.map((item) => (
        <Tag key={formatText(item)}>{formatText(item)}</Tag>
      ))}
    </>
  );
}

function Id({ value }: ValueProps) {
  const text = String(value);
  const short = text.length > 14 ? `${text.slice(0, 6)}…${text.slice(-5)}` : text;
  return (
    <Tooltip title={text.length > 14 ? text : undefined}>
      <Typography.Text className="mono" copyable={{ text, tooltips: false }}>
        {short}
      </Typography.Text>
    </Tooltip>
  );
}

function withUnit(text: string, field: FieldSpec): ReactNode {
  return (
    <span className="num">
      {text}
      {field.unit && <span className="unit">{field.unit}</span>}
    </span>
  );
}

const numeric = (format: (value: unknown) => string): Draw => {
  return ({ value, field }) => withUnit(format(value), field);
};

const KINDS: Record<string, Draw> = {
  text: ({ value }) => <span>{formatText(value)}</span>,
  textarea: ({ value }) => <span style={{ whiteSpace: "pre-wrap" }}>{formatText(value)}</span>,
  number: numeric((value) => formatNumber(value, 4)),
  integer: numeric((value) => formatNumber(value, 0)),
  percent: numeric((value) => formatPercent(value)),
  bytes: numeric(formatBytes),
  duration: numeric(formatDuration),
  date: ({ value }) => <span className="num nowrap">{formatDate(value)}</span>,
  datetime: ({ value }) => <span className="num nowrap">{formatDateTime(value)}</span>,
  switch: Bool,
  select: Option,
  tags: Tags,
  id: Id,
  code: ({ value }) => <span className="mono">{formatText(value)}</span>,
  json: ({ value }) => <span className="mono">{formatText(value)}</span>,
  sex: ({ value }) => <SexName code={String(value)} />,
  orgs: ({ value }) => <OrgNames codes={value as string[]} />,
  org: ({ value }) => <OrgName code={String(value)} />,
};
KINDS.dateTime = KINDS.datetime as Draw;
KINDS.password = () => "••••••";

/** The kinds that are read by comparing magnitudes: set flush right. */
export const RIGHT_ALIGNED = new Set(["number", "integer", "percent", "bytes", "duration"]);

/** Draw one value by its field's kind; an unknown kind reads as text. */
export function FieldValue({ value, field }: ValueProps) {
  const t = useT();
  if (isNothing(value)) {
    return <span className="faint">{NOTHING}</span>;
  }
  const Draw = roomKind(field.kind)?.Display ?? KINDS[field.kind] ?? (KINDS.text as Draw);
  if (field.masked && typeof value === "string" && value.includes("*")) {
    return (
      <span className="masked num">
        {value}
        <Tooltip title={t(K.masked)}>
          <EyeInvisibleOutlined />
        </Tooltip>
      </span>
    );
  }
  return <Draw value={value} field={field} />;
}

/** In a detail there is room: JSON is laid out. */
export function FieldDetail({ value, field }: ValueProps) {
  if (field.kind === "json" && !isNothing(value)) {
    return <pre className="json">{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</pre>;
  }
  return <FieldValue value={value} field={field} />;
}
