import { Button, Descriptions, Table, Tag } from "antd";
import type { ColumnsType } from "antd/es/table";
import { formatText, NOTHING } from "@/kernel/format";
import { type Message, useSaid, useT, useTitle } from "@/kernel/i18n";
import { Expected, lacksTable, WhyEmpty } from "./Expected";
import { M } from "./messages";
import type { ItemKey, ItemView } from "./types";
import { ValueSetCodes } from "./ValueSetCodes";

type Part = Record<string, string | number | boolean | null | undefined>;
interface Props {
  view: ItemView;
  onOpen: (item: ItemKey) => void;
}

/** The parts of an item, by what kind it is. */
export function ContentTab({ view, onOpen }: Props) {
  const t = useT();
  const said = useSaid();
  const title = useTitle();
  const body = view.body as Record<string, unknown>;
  const list = (name: string) => (Array.isArray(body[name]) ? (body[name] as Part[]) : []);
  const text = (name: string) =>
    (Array.isArray(body[name]) ? body[name].join(" + ") : (body[name] as string)) || NOTHING;
  const link = (value: unknown) =>
    value ? (
      <Button
        type="link"
        size="small"
        className="standards-name"
        onClick={() => onOpen({ kind: "value_set", code: String(value) })}
      >
        {String(value)}
      </Button>
    ) : null;
  const column = (title: Message, dataIndex: string, more: object = {}): ColumnsType<Part>[number] => ({
    title: t(title),
    dataIndex,
    render: formatOr,
    ...more,
  });
  const mono = { className: "mono" };
  const right = { align: "right" as const, className: "num" };
  switch (view.kind) {
    case "dataset":
    case "catalogue": {
      const keys = Array.isArray(body.key) ? (body.key as string[]) : [];
      const carried = Array.isArray(body.datasets) ? (body.datasets as string[]) : [];
      const name = view.kind === "dataset" ? "name" : "code";
      return (
        <div className="stack">
          <Descriptions
            size="small"
            column={3}
            items={[
              { key: "key", label: t(M.key), children: <span className="mono">{text("key")}</span> },
              {
                key: "time",
                label: t(M.time),
                children: <span className="mono">{text(name === "name" ? "time_column" : "time_element")}</span>,
              },
              {
                key: "patient",
                label: t(M.patient),
                children: <span className="mono">{text(name === "name" ? "patient_column" : "patient_element")}</span>,
              },
              ...(name === "code"
                ? [
                    {
                      key: "datasets",
                      label: t(M.carriedBy),
                      children: <span className="mono">{[...carried, ...view.adopted].join("、") || NOTHING}</span>,
                    },
                  ]
                : []),
            ]}
          />
          <Parts
            rows={list("elements")}
            rowKey={name}
            columns={[
              column(M.code, name, mono),
              column(M.name, "title", {
                render: (value: string, one: Part) => (
                  <>
                    {said(value, one.title_en as string | undefined)}{" "}
                    {keys.includes(String(one[name])) && <Tag color="blue">{t(M.key)}</Tag>}
                    {one.required === true && <Tag color="orange">{t(M.required)}</Tag>}
                  </>
                ),
              }),
              column(M.de, "de", mono),
              column(M.type, "type", mono),
              column(M.format, "format", mono),
              column(M.valueSet, "value_set", {
                render: (value: unknown, one: Part) =>
                  lacksTable(one.type, value) ? (
                    <span className="faint" title={t(M.noTableWhy)}>
                      {t(M.noTableShort)}
                    </span>
                  ) : (
                    link(value)
                  ),
              }),
              column(M.grade, "grade", right),
            ]}
          />
        </div>
      );
    }
    case "value_set":
      return view.size === 0 ? <WhyEmpty view={view} /> : <ValueSetCodes view={view} />;
    case "document":
      return (
        <Parts
          rows={list("sections")}
          rowKey="title"
          columns={[column(M.section, "title"), column(M.code, "code", mono), column(M.system, "system")]}
        />
      );
    case "specification":
      return (
        <Parts
          rows={list("clauses")}
          rowKey="code"
          columns={[
            column(M.group, "group"),
            column(M.code, "code", mono),
            column(M.name, "title"),
            column(M.detail, "detail"),
            column(M.level, "level", { className: "nowrap" }),
            column(M.request, "request", mono),
            column(M.response, "response", mono),
          ].filter((one) => "dataIndex" in one && list("clauses").some((row) => row[String(one.dataIndex)]))}
        />
      );
    default:
      return (
        <div className="stack">
          <Descriptions
            size="small"
            column={2}
            bordered
            items={[
              { key: "type", label: t(M.type), children: text("type") },
              { key: "format", label: t(M.format), children: text("format") },
              { key: "set", label: t(M.valueSet), children: link(body.value_set) ?? NOTHING },
              { key: "unit", label: t(M.unit), children: text("unit") },
            ]}
          />
          <Expected row={{ ...body, title: title(view) }} />
        </div>
      );
  }
}

const formatOr = (value: unknown) => (value === null || value === undefined || value === "" ? "" : formatText(value));

function Parts({ rows, rowKey, columns }: { rows: Part[]; rowKey: string; columns: ColumnsType<Part> }) {
  const t = useT();
  return (
    <Table<Part>
      size="small"
      rowKey={(one) => String(one[rowKey])}
      dataSource={rows}
      pagination={{ defaultPageSize: 50, hideOnSinglePage: true }}
      columns={[
        { title: t(M.elementNo), key: "no", className: "num faint", render: (_, one) => rows.indexOf(one) + 1 },
        ...columns,
      ]}
    />
  );
}
