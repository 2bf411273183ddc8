import { Table, type TableColumnType } from "antd";
import type { SorterResult } from "antd/es/table/interface";
import type { ReactNode } from "react";
import type { FieldSpec } from "../fields";
import { useLanguage, useT } from "../i18n";
import { K } from "../messages";
import { Empty, ErrorState } from "../state";
import { sortOf, tableColumns } from "./columns";
import type { ListState } from "./listState";
import type { Page, Row } from "./types";

interface Props {
  fields: FieldSpec[];
  rowKey: string | ((row: Row) => string);
  query: { data?: Page; isFetching: boolean; isError: boolean; error: unknown; refetch: () => unknown };
  state: ListState;
  onChange: (change: Record<string, string | number | null>) => void;
  onOpen?: (row: Row) => void;
  overrides?: Record<string, string>;
  after?: TableColumnType<Row>[];
  empty?: ReactNode;
}

/** A server-side list: sorting, paging and its states; what it shows is described by fields. */
export function RowTable({ fields, rowKey, query, state, onChange, onOpen, overrides, after = [], empty }: Props) {
  const t = useT();
  const { language } = useLanguage();
  const label = (field: FieldSpec) => (language === "en" && field.label_en) || field.label;
  if (query.isError && !query.data) {
    return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  }
  const filtered = Object.keys(state.filters).length > 0 || state.q !== "";
  return (
    <Table<Row>
      className={onOpen ? "rows-open" : undefined}
      size="small"
      rowKey={rowKey}
      columns={[...tableColumns(fields, { sort: state.sort, overrides, label, english: language === "en" }), ...after]}
      dataSource={query.data?.items}
      loading={{ spinning: query.isFetching, delay: 200 }}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: query.data ? (empty ?? <Empty text={filtered ? t(K.emptyFiltered) : undefined} />) : " " }}
      onRow={(row) => ({ onClick: () => onOpen?.(row) })}
      onChange={(page, _filters, sorter) => {
        const sort = sortOf(sorter as SorterResult<Row> | SorterResult<Row>[]).join(",");
        const resorted = sort !== state.sort.join(",");
        const resized = page.pageSize !== state.pageSize;
        onChange({
          sort: sort || null,
          page_size: resized ? (page.pageSize ?? null) : state.pageSize === 20 ? null : state.pageSize,
          page: resorted || resized || page.current === 1 ? null : (page.current ?? null),
        });
      }}
      pagination={{
        current: state.page,
        pageSize: state.pageSize,
        total: query.data?.total ?? 0,
        showSizeChanger: true,
        pageSizeOptions: [20, 50, 100, 200],
        showTotal: (count) => t(K.total, { count: count.toLocaleString("en-US") }),
        size: "small",
        hideOnSinglePage: false,
      }}
    />
  );
}
