import { Input, Table } from "antd";
import { useState } from "react";
import { formatNumber } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { ExportButton } from "@/kernel/resource/ExportButton";
import { QueryView } from "@/kernel/state";
import { M } from "./messages";
import { useAttributes, useCodes } from "./queries";
import type { ItemView, ListedCode } from "./types";

/** The codes of a value set: looked for, in pages, exported while they are in force. */
export function ValueSetCodes({ view }: { view: ItemView }) {
  const t = useT();
  const title = useTitle();
  const attributes = useAttributes().data ?? [];
  const [q, setQ] = useState("");
  const [place, setPlace] = useState({ page: 1, size: 50 });
  const query = useCodes(view.code, view.version, q, place.page, place.size);
  return (
    <div className="stack">
      <div className="standards-codes">
        <Input.Search
          allowClear
          size="small"
          placeholder={t(M.findCode)}
          onSearch={(text) => {
            setQ(text.trim());
            setPlace({ ...place, page: 1 });
          }}
        />
        <span className="muted num">{query.data && t(M.codesInAll, { total: formatNumber(query.data.total) })}</span>
        {!view.valid_to && (
          <ExportButton
            path="/api/standards/codes/export"
            query={{ "f.value_set": view.code, q: q || null }}
            disabled={query.data?.total === 0}
          />
        )}
      </div>
      <QueryView query={query}>
        {({ items, total }) => (
          <Table<ListedCode>
            size="small"
            rowKey="code"
            dataSource={items}
            loading={query.isPlaceholderData}
            pagination={{
              current: place.page,
              pageSize: place.size,
              total,
              hideOnSinglePage: total <= 50,
              onChange: (page, size) => setPlace({ page: size === place.size ? page : 1, size }),
            }}
            columns={[
              { title: t(M.elementNo), dataIndex: "position", className: "num faint" },
              { title: t(M.code), dataIndex: "code", className: "mono" },
              { title: t(M.meaning), key: "title", render: (_, row) => title(row) },
              ...attributes
                .filter(({ name }) => items.some((row) => row.attributes?.[name]))
                .map((one) => ({
                  title: title(one),
                  key: one.name,
                  render: (_: unknown, row: ListedCode) => row.attributes?.[one.name],
                })),
              { title: t(M.parent), dataIndex: "parent", className: "mono" },
            ]}
          />
        )}
      </QueryView>
    </div>
  );
}
