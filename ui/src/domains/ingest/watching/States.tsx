import { Button, Table } from "antd";
import { useNavigate } from "react-router";
import { ShareBar } from "@/kernel/chart/ShareBar";
import { FieldValue } from "@/kernel/fields";
import { formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useResource } from "@/kernel/resource/api";
import { Empty } from "@/kernel/state";
import type { Overview } from "../types";
import { batchesPath } from "./figures";
import { W } from "./messages";

/** The batches of the chosen days by state; a state leads to them. */
export function States({ data, narrowing }: { data: Overview; narrowing: Record<string, string> }) {
  const t = useT();
  const navigate = useNavigate();
  const spec = useResource("ingest.batches");
  const field = spec.data?.columns.find((one) => one.name === "status") ?? {
    name: "status",
    label: "",
    kind: "select",
  };
  const open = (more: Record<string, string>) =>
    navigate(batchesPath(data.first, data.last, { ...narrowing, ...more }));
  return (
    <Section
      title={t(W.states)}
      flush
      extra={
        <Button type="link" size="small" onClick={() => open({})}>
          {t(W.all)}
        </Button>
      }
    >
      {data.states.length ? (
        <Table
          className="rows-open"
          size="small"
          showHeader={false}
          rowKey="status"
          pagination={false}
          dataSource={[...data.states].sort((one, other) => other.batches - one.batches)}
          onRow={(one) => ({ onClick: () => open({ "f.status": one.status }) })}
          columns={[
            { dataIndex: "status", render: (value: string) => <FieldValue value={value} field={field} /> },
            {
              dataIndex: "batches",
              align: "right",
              className: "num",
              render: (value: number) => formatNumber(value),
            },
            {
              key: "share",
              width: "55%",
              render: (_, one) => <ShareBar share={one.batches / data.chosen.batches} />,
            },
          ]}
        />
      ) : (
        <Empty text={t(W.noBatches)} />
      )}
    </Section>
  );
}
