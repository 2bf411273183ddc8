import { AutoComplete, Select } from "antd";
import type { InputProps, RoomKind } from "@/kernel/fields/rooms";
import { formatNumber, NOTHING } from "@/kernel/format";
import { type Message, useT } from "@/kernel/i18n";
import { Delivery, DeliveryInput, KeyText } from "./distribution/DeliveryInput";
import { Members, MembersInput } from "./groups/MembersInput";
import { PlatformSqlInput, SourceSqlInput, Sql } from "./indicators/SqlInput";
import { M } from "./messages";
import { N } from "./nodes/messages";
import { useCategoryOptions, useFeedOptions, useNodeOptions, useSourceOptions } from "./options";
import { CallsInput, TablesInput } from "./sources/CallsInput";

/** Usual times of a plan; any other cron expression may be typed. */
const USUAL: [string, Message][] = [
  ["*/15 * * * *", M.everyQuarter],
  ["0 * * * *", M.everyHour],
  ["0 2 * * *", M.everyNight],
  ["0 3 * * 0", M.everySunday],
  ["0 3 1 * *", M.everyMonth],
];

function CronInput({ id, value, onChange }: InputProps) {
  const t = useT();
  const options = USUAL.map(([cron, name]) => ({ value: cron, label: `${t(name)}（${cron}）` }));
  return <AutoComplete id={id} className="mono" value={value as string} onChange={onChange} options={options} />;
}

export function Cron({ value }: { value: unknown }) {
  const t = useT();
  const usual = USUAL.find(([cron]) => cron === value);
  return (
    <span className={usual ? "nowrap" : "mono nowrap"} title={String(value)}>
      {usual ? t(usual[1]) : String(value)}
    </span>
  );
}

/** The node that reads a source; none: the platform itself. */
function NodeName({ value }: { value: unknown }) {
  const t = useT();
  const known = useNodeOptions().find((one) => one.value === value);
  return value ? <span>{known?.label ?? String(value)}</span> : <span className="faint">{t(N.direct)}</span>;
}

function FeedsInput({ id, value, onChange }: InputProps) {
  return (
    <Select
      id={id}
      mode="multiple"
      value={(value ?? []) as string[]}
      onChange={onChange}
      options={useFeedOptions()}
      showSearch={{ optionFilterProp: "label" }}
    />
  );
}

/** Feeds that were chosen; none chosen means all. */
function Feeds({ value }: { value: unknown }) {
  const t = useT();
  const codes = (value ?? []) as string[];
  return codes.length === 0 ? (
    <span className="muted">{t(M.allFeeds)}</span>
  ) : (
    <span className="mono">{codes.join("、")}</span>
  );
}

/** A category by its title. */
function Category({ value }: { value: unknown }) {
  const found = useCategoryOptions().find((one) => one.value === value);
  return value ? <span>{found?.label ?? String(value)}</span> : <span className="faint">{NOTHING}</span>;
}

/** Sums by column; a batch without numbers has none. */
function Amounts({ value }: { value: unknown }) {
  const sums = Object.entries((value ?? {}) as Record<string, string | null>);
  return sums.length === 0 ? (
    <span className="faint">{NOTHING}</span>
  ) : (
    <span className="num">{sums.map(([name, sum]) => `${name} ${formatNumber(sum, 4)}`).join(" · ")}</span>
  );
}

export const kinds: Record<string, RoomKind> = {
  cron: { Display: Cron, Input: CronInput },
  "ingest-source": { useOptions: useSourceOptions },
  "ingest-node": { Display: NodeName, useOptions: useNodeOptions },
  "ingest-feed": { useOptions: useFeedOptions },
  "ingest-category": { Display: Category, useOptions: useCategoryOptions },
  "ingest-members": { Display: Members, Input: MembersInput, wide: true },
  "ingest-amounts": { Display: Amounts },
  "ingest-tables": { Input: TablesInput },
  "ingest-calls": { Input: CallsInput },
  "ingest-key": { Display: KeyText },
  "ingest-delivery": { Display: Delivery, Input: DeliveryInput, wide: true },
  "ingest-feeds": { Display: Feeds, Input: FeedsInput },
  "ingest-source-sql": { Display: Sql, Input: SourceSqlInput, wide: true },
  "ingest-platform-sql": { Display: Sql, Input: PlatformSqlInput, wide: true },
};
