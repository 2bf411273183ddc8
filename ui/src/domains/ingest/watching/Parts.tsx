import { Segmented, Table } from "antd";
import { OrgName } from "@/kernel/fields";
import { formatDuration, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { Empty } from "@/kernel/state";
import type { Overview, PartFigures } from "../types";
import { W } from "./messages";

interface Props {
  data: Overview;
  onCut: (by: string) => void;
  onChoose: (code: string) => void;
}

/** The chosen days by institution or source; one that is chosen narrows the page to itself. */
export function Parts({ data, onCut, onChoose }: Props) {
  const t = useT();
  const counted = (title: string, key: "batches" | "failed" | "rows_in" | "rows_quarantined", tone = "") => ({
    title,
    dataIndex: key,
    align: "right" as const,
    className: "num",
    sorter: (one: PartFigures, other: PartFigures) => one[key] - other[key],
    render: (value: number) => <span className={value && tone ? tone : undefined}>{formatNumber(value)}</span>,
  });
  const lasting = (title: string, key: "p50" | "p95") => ({
    title,
    dataIndex: key,
    align: "right" as const,
    className: "num nowrap",
    sorter: (one: PartFigures, other: PartFigures) => (one[key] ?? -1) - (other[key] ?? -1),
    render: formatDuration,
  });
  return (
    <Section
      title={t(W.parts)}
      flush
      extra={
        <Segmented
          size="small"
          value={data.by}
          onChange={onCut}
          options={[
            { value: "org", label: t(W.byOrg) },
            { value: "source", label: t(W.bySource) },
          ]}
        />
      }
    >
      {data.parts.length ? (
        <Table<PartFigures>
          className="rows-open"
          size="small"
          rowKey="code"
          dataSource={data.parts}
          pagination={{ pageSize: 12, hideOnSinglePage: true, size: "small" }}
          scroll={{ x: "max-content" }}
          onRow={(one) => ({ onClick: () => onChoose(one.code) })}
          columns={[
            data.by === "org"
              ? { title: t(W.org), dataIndex: "code", render: (code: string) => <OrgName code={code} /> }
              : { title: t(W.source), dataIndex: "code", className: "mono" },
            counted(t(W.batches), "batches"),
            counted(t(W.failedShort), "failed", "bad"),
            counted(t(W.received), "rows_in"),
            counted(t(W.quarantined), "rows_quarantined", "warn"),
            lasting("p50", "p50"),
            lasting("p95", "p95"),
          ]}
        />
      ) : (
        <Empty text={t(W.noBatches)} />
      )}
    </Section>
  );
}
