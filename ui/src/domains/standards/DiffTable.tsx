import { Table, Tag } from "antd";
import { type Message, useT, useTitle } from "@/kernel/i18n";
import { FIELDS, M } from "./messages";
import { useAttributes } from "./queries";
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
            title: t(M.change),
            dataIndex: "change",
            width: 80,
            render: (change: Difference["change"]) => <Tag color={COLOURS[change]}>{t(M[change])}</Tag>,
          },
          { title: t(M.place), dataIndex: "place", render: (place: string) => <Place place={place} /> },
          { title: t(M.was), dataIndex: "before", render: (text) => <span className="diff-was">{text}</span> },
          { title: t(M.is), dataIndex: "after" },
        ]}
      />
    </div>
  );
}

const FIELD = FIELDS as Record<string, Message | undefined>;

/** `items.8.title` as people say it: 代码 8 · 名称. */
function Place({ place }: { place: string }) {
  const t = useT();
  const title = useTitle();
  const attributes = useAttributes().data ?? [];
  const word = (name: string) => {
    const found = FIELD[name];
    const attribute = attributes.find((one) => one.name === name);
    return found ? t(found) : attribute ? title(attribute) : name;
  };
  const [list = "", ...rest] = place.split(".");
  if (rest.length === 0) {
    return <>{word(list)}</>;
  }
  const last = rest.at(-1) ?? "";
  const field = rest.length > 1 && word(last) !== last ? last : undefined;
  const key = (field ? rest.slice(0, -1) : rest).join(".");
  return (
    <>
      {word(list)} <span className="mono">{key}</span>
      {field && ` · ${word(field)}`}
    </>
  );
}
