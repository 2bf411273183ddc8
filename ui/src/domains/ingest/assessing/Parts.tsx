import { Segmented, Table } from "antd";
import type { components } from "@/api/schema";
import { OrgName } from "@/kernel/fields";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { Empty } from "@/kernel/state";
import { Q } from "./messages";
import { DIMENSIONS, type Dimension, Total, Value } from "./values";

type Part = components["schemas"]["AssessedPart"];

interface Props {
  parts: Part[];
  by: "org" | "source";
  onCut: (by: string) => void;
  onChoose: (code: string) => void;
}

const of = (part: Part, dimension: Dimension) => part.dimensions.find((one) => one.dimension === dimension);

/** Institutions or sources in the five dimensions; the worst first. */
export function Parts({ parts, by, onCut, onChoose }: Props) {
  const t = useT();
  const dimension = (name: Dimension) => ({
    title: t(Q[name]),
    key: name,
    align: "right" as const,
    sorter: (one: Part, other: Part) => (of(one, name)?.value ?? -1) - (of(other, name)?.value ?? -1),
    render: (_: unknown, part: Part) => {
      const found = of(part, name);
      return found && <Value {...found} />;
    },
  });
  const institution = (key: "code" | "org_code") => ({
    title: t(Q.org),
    dataIndex: key,
    render: (code: string) => <OrgName code={code} />,
  });
  return (
    <Section
      title={t(Q.parts)}
      hint={t(Q.partsHint)}
      flush
      extra={
        <Segmented
          size="small"
          value={by}
          onChange={onCut}
          options={[
            { value: "org", label: t(Q.byOrg) },
            { value: "source", label: t(Q.bySource) },
          ]}
        />
      }
    >
      {parts.length ? (
        <Table<Part>
          className="rows-open"
          size="small"
          rowKey="code"
          dataSource={parts}
          pagination={{ pageSize: 15, hideOnSinglePage: true, size: "small" }}
          scroll={{ x: "max-content" }}
          onRow={(one) => ({ onClick: () => onChoose(one.code) })}
          columns={[
            ...(by === "org"
              ? [institution("code")]
              : [{ title: t(Q.source), dataIndex: "code", className: "mono" }, institution("org_code")]),
            { title: t(Q.feedCount), dataIndex: "feeds", align: "right", className: "num" },
            {
              title: t(Q.total),
              dataIndex: "total",
              align: "right",
              defaultSortOrder: "ascend",
              sorter: (one, other) => (one.total ?? 101) - (other.total ?? 101),
              render: (value: number | null) => <Total value={value} />,
            },
            ...DIMENSIONS.map(dimension),
          ]}
        />
      ) : (
        <Empty text={t(Q.none)} />
      )}
    </Section>
  );
}
