import { Descriptions, Drawer } from "antd";
import { type ReactNode, useState } from "react";
import type { components } from "@/api/schema";
import { Coded, FieldDetail, type FieldSpec, fieldOf } from "../fields";
import { LakeTable } from "../fields/LakeTable";
import { useLanguage, useT } from "../i18n";
import { K } from "../messages";
import { Empty, QueryView } from "../state";
import { useRows } from "./api";
import { ExportButton } from "./ExportButton";
import { FilterBar } from "./FilterBar";
import { listQuery, useListState } from "./listState";
import type { Row } from "./types";

export type RowColumn = components["schemas"]["RowColumn"];
type RowPage = components["schemas"]["RowPage"];

interface Props {
  /** The route of the rows; `<path>/export` downloads them. */
  path: string;
  /** Further words of the query. */
  more?: Record<string, string>;
  /** The choices of a coded column's filter. */
  options?: (column: RowColumn) => FieldSpec["options"];
  /** More buttons beside the export. */
  extra?: ReactNode;
  /** What is said when the table has no columns yet. */
  empty?: string;
}

/** Columns that may be filtered, coded ones as choices, institution and time first. */
function filterFields(columns: RowColumn[], options: Props["options"]): FieldSpec[] {
  const rank = (column: RowColumn) =>
    column.name === "org_code" ? 0 : column.value_set ? 1 : column.type.startsWith("date") ? 2 : 3;
  return columns
    .filter((column) => column.open && !column.hidden)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((column) => fieldOf(column, { options: options?.(column), filter: true }));
}

/** The rows of a table of the lake: filters, order and pages in the address, export, a whole row in a drawer. */
export function LakeRows({ path, more, options, extra, empty }: Props) {
  const t = useT();
  const { language } = useLanguage();
  const { state, change, filter } = useListState();
  const rows = useRows(path, state, more);
  const [opened, setOpened] = useState<Row | null>(null);
  const { page: _page, page_size: _size, ...narrowing } = listQuery(state);
  const clear = () =>
    change(Object.fromEntries([["q", null], ...Object.keys(state.filters).map((name) => [`f.${name}`, null])]));
  return (
    <QueryView query={rows}>
      {(found) => {
        const data = found as unknown as RowPage;
        const columns = data.columns.filter((column) => !column.hidden);
        if (empty && data.columns.length === 0) {
          return <Empty text={empty} />;
        }
        return (
          <>
            <div className="rows-filter">
              <FilterBar
                fields={filterFields(data.columns, options)}
                filters={state.filters}
                q={state.q}
                onFilter={filter}
                onSearch={(q) => change({ q })}
                onReset={clear}
                extra={
                  <>
                    {extra}
                    <ExportButton path={`${path}/export`} query={narrowing} />
                  </>
                }
              />
            </div>
            <LakeTable
              columns={columns.map((column) => ({ ...column, mask: column.masked ? "yes" : null }))}
              items={data.items}
              titles={data.labels}
              loading={rows.isFetching}
              onOpen={setOpened}
              sort={{ of: state.sort, onChange: (sort) => change({ sort }) }}
              sortable={(name) => Boolean(columns.find((column) => column.name === name)?.open)}
              page={{
                current: state.page,
                pageSize: state.pageSize,
                total: data.total,
                onChange: (page) => change({ page: page === 1 ? null : page }),
              }}
            />
            <Drawer open={opened !== null} onClose={() => setOpened(null)} title={t(K.wholeRow)} size={620}>
              <Descriptions
                bordered
                column={1}
                size="small"
                styles={{ label: { width: 170 } }}
                items={columns.map((column) => {
                  const value = opened?.[column.name];
                  const field = fieldOf(column, { masked: column.masked });
                  return {
                    key: column.name,
                    label: <span title={column.name}>{language === "en" ? column.title_en : column.title}</span>,
                    children:
                      data.labels[column.name] && value ? (
                        <Coded code={value} titles={data.labels[column.name]} />
                      ) : (
                        <FieldDetail value={value} field={field} />
                      ),
                  };
                })}
              />
            </Drawer>
          </>
        );
      }}
    </QueryView>
  );
}
