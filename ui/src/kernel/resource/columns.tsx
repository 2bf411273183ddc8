import type { TableColumnType } from "antd";
import type { SorterResult, SortOrder } from "antd/es/table/interface";
import { type FieldSpec, FieldValue, RIGHT_ALIGNED } from "../fields";
import { cellOf } from "./overrides";
import type { Row } from "./types";

interface Options {
  sort: string[];
  overrides?: Record<string, string>;
  label: (field: FieldSpec) => string;
  /** Show `name_en` of a row instead of `name` where it has one. */
  english?: boolean;
}

function orderOf(name: string, sort: string[]): SortOrder {
  return sort.includes(name) ? "ascend" : sort.includes(`-${name}`) ? "descend" : null;
}

/** Fields → antd columns: aligned by kind, sortable where the server can sort, overridden cells drawn by their own. */
export function tableColumns(
  fields: FieldSpec[],
  { sort, overrides = {}, label, english }: Options,
): TableColumnType<Row>[] {
  const many = fields.filter((field) => field.sort).length > 1;
  return fields
    .filter((field) => !field.hide?.includes("list"))
    .map((field) => {
      const Cell = cellOf(overrides, field.name);
      return {
        key: field.name,
        dataIndex: field.name,
        title: label(field),
        align: RIGHT_ALIGNED.has(field.kind) ? "right" : undefined,
        width: field.width ?? undefined,
        className: field.kind === "text" || field.kind === "json" ? "table-cut" : undefined,
        ellipsis: field.kind === "json",
        sorter: field.sort ? (many ? { multiple: 1 } : true) : undefined,
        sortOrder: field.sort ? orderOf(field.name, sort) : undefined,
        showSorterTooltip: false,
        render: (value: unknown, row: Row) =>
          Cell ? (
            <Cell value={value} row={row} field={field} />
          ) : (
            <FieldValue value={(english && row[`${field.name}_en`]) || value} field={field} />
          ),
      };
    });
}

/** antd's sorter → `name`, `-name`; the column touched last leads. */
export function sortOf(sorter: SorterResult<Row> | SorterResult<Row>[]): string[] {
  return [sorter]
    .flat()
    .filter((one) => one.order && one.columnKey)
    .map((one) => `${one.order === "descend" ? "-" : ""}${String(one.columnKey)}`);
}
