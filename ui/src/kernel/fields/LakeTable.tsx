import { Table } from "antd";
import { useLanguage, useT } from "../i18n";
import { K } from "../messages";
import { Coded, type CodeTitles, fieldOf, type LakeColumn } from "./coded";
import { FieldValue, RIGHT_ALIGNED } from "./display";
import type { FieldSpec } from "./types";

type LakeRow = Record<string, unknown>;

interface Props {
  columns: LakeColumn[];
  items: LakeRow[];
  titles?: CodeTitles;
  loading?: boolean;
  page?: { current: number; pageSize: number; total: number; onChange: (page: number, size: number) => void };
  onOpen?: (row: LakeRow) => void;
  sort?: { of: string[]; onChange: (sort: string | null) => void };
  sortable?: (column: string) => boolean;
}

/** Rows of a standard dataset, drawn by its dictionary: coded values with their meaning, numbers with their unit. */
export function LakeTable({ columns, items, titles = {}, loading, page, onOpen, sort, sortable }: Props) {
  const t = useT();
  const { language } = useLanguage();
  return (
    <Table<LakeRow>
      className={onOpen ? "rows-open" : undefined}
      size="small"
      loading={{ spinning: Boolean(loading), delay: 200 }}
      // Rows of the lake have no single key, and a page is replaced as a whole.
      rowKey={(row) => JSON.stringify(row)}
      dataSource={items}
      scroll={{ x: "max-content" }}
      onRow={(row) => ({ onClick: () => onOpen?.(row) })}
      columns={columns.map((column) => {
        const field = fieldOf(column);
        const label = (language === "en" && field.label_en) || field.label;
        const order = sort?.of.includes(column.name)
          ? "ascend"
          : sort?.of.includes(`-${column.name}`)
            ? "descend"
            : null;
        return {
          key: column.name,
          dataIndex: column.name,
          title: <span title={column.name}>{column.unit ? `${label} (${column.unit})` : label}</span>,
          align: RIGHT_ALIGNED.has(field.kind) ? ("right" as const) : undefined,
          className: "table-cut",
          sorter: sort !== undefined && (sortable?.(column.name) ?? true),
          sortOrder: sort ? (order as "ascend" | "descend" | null) : undefined,
          showSorterTooltip: false,
          render: (value: unknown) =>
            titles[column.name] && value !== null && value !== undefined && value !== "" ? (
              <Coded code={value} titles={titles[column.name]} />
            ) : (
              <span className={textClass(field)} title={longText(value)}>
                <FieldValue value={value} field={{ ...field, unit: null }} />
              </span>
            ),
        };
      })}
      onChange={(_page, _filters, sorter) => {
        const one = Array.isArray(sorter) ? sorter[0] : sorter;
        sort?.onChange(
          one?.order && one.columnKey ? `${one.order === "descend" ? "-" : ""}${String(one.columnKey)}` : null,
        );
      }}
      pagination={
        page
          ? {
              current: page.current,
              pageSize: page.pageSize,
              total: page.total,
              onChange: page.onChange,
              size: "small",
              showSizeChanger: false,
              showTotal: (count) => t(K.total, { count: count.toLocaleString("en-US") }),
            }
          : false
      }
    />
  );
}

const KEYS = new Set(["patient_key", "batch_id", "source_key"]);

function textClass({ name, kind }: FieldSpec): string | undefined {
  return KEYS.has(name) ? "lake-text lake-key mono" : kind === "text" ? "lake-text" : undefined;
}

function longText(value: unknown): string | undefined {
  return typeof value === "string" && value.length > 24 ? value : undefined;
}
