import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { App, Button, Checkbox, DatePicker, Descriptions, Input, Select, Table } from "antd";
import dayjs from "dayjs";
import { useMemo, useState } from "react";
import { useT, useTitle } from "@/kernel/i18n";
import { useMay } from "@/kernel/session";
import {
  attributeColumn,
  attributesUsed,
  type Body,
  type Cell,
  cellOf,
  changed,
  type DraftColumn,
  HEAD,
  PARTS,
  type Part,
  shownIn,
} from "./draft";
import { R } from "./messages_revising";
import type { Act } from "./ProposalPage";
import { useAttributes } from "./queries";
import type { Attribute, Kind, Proposal } from "./types";

/** The item as it is to become: its own fields, its parts as rows, kept as a whole. */
export function DraftEditor({ proposal, act }: { proposal: Proposal; act: Act }) {
  const t = useT();
  const title = useTitle();
  const may = useMay();
  const { message } = App.useApp();
  const [body, setBody] = useState<Body>(proposal.body ?? {});
  const [day, setDay] = useState(proposal.effective_from);
  const kind = proposal.kind as Kind;
  const parts = PARTS[kind];
  const rows = useMemo(() => {
    const listed = parts && body[parts.list];
    return Array.isArray(listed) ? (listed as Part[]) : [];
  }, [parts, body]);
  const [added, setAdded] = useState<string[]>([]);
  const known = useAttributes().data ?? [];
  const used = useMemo(() => attributesUsed(rows), [rows]);
  const attributes = kind === "value_set" ? known : [];
  const isShown = ({ name }: Attribute) => used.has(name) || added.includes(name);
  const offered = attributes.filter((one) => !isShown(one));
  const columns = [
    ...(parts?.columns ?? []),
    ...attributes.filter(isShown).map((one) => attributeColumn(one.name, [one.title, one.title_en])),
  ];
  // Rows have no name of their own while one is being typed; looked up, for a list may hold thousands.
  const places = useMemo(() => new Map(rows.map((row, at) => [row, at])), [rows]);
  const placeOf = (row: Part) => places.get(row) ?? -1;
  const editable = ["research", "drafting"].includes(proposal.stage) && may("standards.write");
  const put = (next: Part[]) => parts && setBody({ ...body, [parts.list]: next });
  const keep = async () => {
    await act(`${proposal.id}/draft`, { body, effective_from: day ?? null }, "put");
    message.success(t(R.kept));
  };
  return (
    <div className="stack">
      {!editable && <span className="faint">{t(R.fixed)}</span>}
      <Descriptions
        size="small"
        column={2}
        items={[
          ...HEAD.filter((field) => !field.kinds || field.kinds.includes(kind)).map((field) => ({
            key: field.name,
            label: t(field.title),
            children: (
              <Input
                size="small"
                disabled={!editable}
                value={String(body[field.name] ?? "")}
                onChange={(event) => setBody({ ...body, [field.name]: event.target.value || null })}
              />
            ),
          })),
          {
            key: "effective",
            label: t(R.effective),
            children: (
              <DatePicker
                size="small"
                disabled={!editable}
                placeholder={t(R.onPublication)}
                value={day ? dayjs(day) : null}
                onChange={(chosen) => setDay(chosen ? chosen.format("YYYY-MM-DD") : null)}
              />
            ),
          },
        ]}
      />
      {editable && (
        <span className="row">
          <Button type="primary" onClick={keep}>
            {t(R.keep)}
          </Button>
          {parts && (
            <Button icon={<PlusOutlined />} onClick={() => put([{}, ...rows])}>
              {t(R.addRow)}
            </Button>
          )}
          {offered.length > 0 && (
            <Select
              style={{ width: 180 }}
              placeholder={t(R.addAttribute)}
              value={null}
              onChange={(name: string) => setAdded([...added, name])}
              options={offered.map((one) => ({ value: one.name, label: title(one) }))}
            />
          )}
        </span>
      )}
      {parts && (
        <Table<Part>
          size="small"
          rowKey={(row) => String(placeOf(row))}
          dataSource={rows}
          scroll={{ x: "max-content" }}
          pagination={{ defaultPageSize: 20, hideOnSinglePage: true, showSizeChanger: true }}
          columns={[
            ...columns.map((column) => ({
              title: t(column.title),
              key: column.name,
              width: column.width,
              render: (_: unknown, row: Part) => (
                <DraftCell
                  column={column}
                  row={row}
                  disabled={!editable}
                  onChange={(value) => put(changed(rows, placeOf(row), column.name, value))}
                />
              ),
            })),
            ...(editable
              ? [
                  {
                    key: "remove",
                    width: 44,
                    render: (_: unknown, row: Part) => (
                      <Button
                        type="text"
                        size="small"
                        danger
                        icon={<DeleteOutlined />}
                        aria-label={t(R.removeRow)}
                        onClick={() => put(rows.filter((one) => one !== row))}
                      />
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
    </div>
  );
}

interface CellProps {
  column: DraftColumn;
  row: Part;
  disabled: boolean;
  onChange: (value: Cell) => void;
}

function DraftCell({ column, row, disabled, onChange }: CellProps) {
  const value = shownIn(row, column.name);
  if (column.kind === "flag") {
    return (
      <Checkbox disabled={disabled} checked={value === true} onChange={(event) => onChange(event.target.checked)} />
    );
  }
  return (
    <Input
      size="small"
      variant={disabled ? "borderless" : "outlined"}
      readOnly={disabled}
      style={{ minWidth: (column.width ?? 180) - 20 }}
      value={value === null || value === undefined ? "" : String(value)}
      onChange={(event) => onChange(cellOf(column, event.target.value))}
    />
  );
}
