import { Table } from "antd";
import { formatNumber, formatText } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { R } from "./messages";

/** One side's figures of a day, as a check keeps them. */
export interface Side {
  rows?: number;
  sum?: string;
  xor?: string;
  amounts?: Record<string, string | null>;
  std?: number;
  quarantined?: number;
  lost?: number;
  stray?: number;
}

interface Line {
  name: string;
  source: string | number | null | undefined;
  platform: string | number | null | undefined;
  alone?: boolean;
  amount?: boolean;
}

/** Both sides' figures beside each other; those that differ are marked. */
export function Figures({ source, platform }: { source: Side; platform: Side }) {
  const t = useT();
  const amounts = [...new Set([...Object.keys(source.amounts ?? {}), ...Object.keys(platform.amounts ?? {})])];
  const lines: Line[] = [
    { name: t(R.rows), source: source.rows, platform: platform.rows },
    { name: t(R.sum), source: source.sum, platform: platform.sum },
    { name: t(R.xor), source: source.xor, platform: platform.xor },
    ...amounts.map((name) => ({
      name: t(R.amount, { name }),
      source: source.amounts?.[name],
      platform: platform.amounts?.[name],
      amount: true,
    })),
    ...(["std", "quarantined", "lost", "stray"] as const)
      .filter((name) => platform[name] !== undefined)
      .map((name) => ({ name: t(R[name]), source: undefined, platform: platform[name], alone: true })),
  ];
  const shown = (value: Line["source"], line: Line) =>
    typeof value === "number" || line.amount ? formatNumber(value, 4) : formatText(value);
  return (
    <Table<Line>
      size="small"
      rowKey="name"
      pagination={false}
      dataSource={lines}
      columns={[
        { title: t(R.figure), dataIndex: "name" },
        { title: t(R.source), dataIndex: "source", align: "right", className: "num", render: shown },
        {
          title: t(R.platform),
          dataIndex: "platform",
          align: "right",
          className: "num",
          render: (value: Line["platform"], line) => (
            <span className={!line.alone && (line.source ?? null) !== (value ?? null) ? "bad" : undefined}>
              {shown(value, line)}
            </span>
          ),
        },
      ]}
    />
  );
}
