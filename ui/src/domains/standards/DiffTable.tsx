import { Table, Tag } from "antd";
import { useT } from "@/kernel/i18n";
import { M } from "./messages";
import type { Difference } from "./types";

const COLOURS = { added: "green", removed: "red", changed: "blue" } as const;

/** What changed, field by field: the former value struck out beside the new one. */
export function DiffTable({ rows }: { rows: Difference[] }) {
  const t = useT();
  const count = (change: Difference["change"]) => rows.filter((one) => one.change === change).length;
  return (
    <div className="stack">
      <span className="row">
        {(["added", "changed", "removed"] as const).map(
          (change) =>
            count(change) > 0 && (
              <Tag key={change} color={COLOURS[change]}>
                {t(M[change])} {count(change)}
              </Tag>
            ),
        )}
      </span>
      <Table<Difference>
        size="small"
        rowKey="place"
        dataSource={rows}
        rowClassName={(one) => (one.change === "changed" ? "" : `diff-${one.change}`)}
        pagination={{ defaultPageSize: 50, hideOnSinglePage: true }}
        columns={[
          {
            title: t(M.finding),
            dataIndex: "change",
            width: 80,
            render: (change: Difference["change"]) => <Tag color={COLOURS[change]}>{t(M[change])}</Tag>,
          },
          { title: t(M.place), dataIndex: "place", className: "mono" },
          { title: t(M.was), dataIndex: "before", render: (text) => <span className="diff-was">{text}</span> },
          { title: t(M.is), dataIndex: "after" },
        ]}
      />
    </div>
  );
}
