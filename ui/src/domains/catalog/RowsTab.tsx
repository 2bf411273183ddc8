import { Descriptions, Drawer } from "antd";
import { useState } from "react";
import { Coded, FieldDetail, type FieldSpec, fieldOf } from "@/kernel/fields";
import { LakeTable } from "@/kernel/fields/LakeTable";
import { useLanguage, useT } from "@/kernel/i18n";
import { useRows } from "@/kernel/resource/api";
import { ExportButton } from "@/kernel/resource/ExportButton";
import { FilterBar } from "@/kernel/resource/FilterBar";
import { listQuery, useListState } from "@/kernel/resource/listState";
import type { Row } from "@/kernel/resource/types";
import { QueryView } from "@/kernel/state";
import { useDictionary } from "../standards/dictionary";
import { M } from "./messages";
import type { RowColumn, RowPage } from "./types";

/** Columns that may be filtered, coded ones as choices, institution and time first. */
function filterFields(columns: RowColumn[], options: (column: RowColumn) => FieldSpec["options"]): FieldSpec[] {
  const rank = (column: RowColumn) =>
    column.name === "org_code" ? 0 : column.value_set ? 1 : column.type.startsWith("date") ? 2 : 3;
  return columns
    .filter((column) => column.open && !column.hidden)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((column) => fieldOf(column, { options: options(column), filter: true }));
}

export function RowsTab({ code }: { code: string }) {
  const t = useT();
  const { language } = useLanguage();
  const { state, change, filter } = useListState();
  const path = `/api/catalog/datasets/${code}/rows`;
  const rows = useRows(path, state);
  const dictionary = useDictionary(code);
  const [opened, setOpened] = useState<Row | null>(null);
  const options = (column: RowColumn) => {
    const set = dictionary.data?.value_sets.find((one) => one.code === column.value_set);
    return set?.items.map((item) => ({ value: item.code, label: `${item.code} ${item.title}` }));
  };
  const { page: _page, page_size: _size, ...narrowing } = listQuery(state);
  const clear = () =>
    change(Object.fromEntries([["q", null], ...Object.keys(state.filters).map((name) => [`f.${name}`, null])]));
  return (
    <QueryView query={rows}>
      {(found) => {
        const data = found as unknown as RowPage;
        const columns = data.columns.filter((column) => !column.hidden);
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
                    <ExportButton path={`/api/catalog/datasets/${code}/sample`} label={t(M.sample)} />
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
            <Drawer open={opened !== null} onClose={() => setOpened(null)} title={t(M.recordDetail)} size={620}>
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
