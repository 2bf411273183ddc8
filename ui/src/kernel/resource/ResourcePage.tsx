import { PlusOutlined, ReloadOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { type ReactNode, useState } from "react";
import { useT, useTitle } from "../i18n";
import { PageHead } from "../layout/PageHead";
import { K } from "../messages";
import { ErrorState, Loading } from "../state";
import { useChanged, useResource, useRows } from "./api";
import { DetailDrawer } from "./DetailDrawer";
import { ExportButton } from "./ExportButton";
import { FilterBar } from "./FilterBar";
import { listQuery, useListState } from "./listState";
import { toolbarOf } from "./overrides";
import { ResourceForm } from "./ResourceForm";
import { RowButtons } from "./RowButtons";
import { RowTable } from "./RowTable";
import type { ResourceSpec, Row } from "./types";

interface Props {
  name: string;
  /** More buttons of the page's head. */
  extra?: ReactNode;
  /** What stands between the head and the list. */
  top?: ReactNode;
  /** What a click on a row does instead of opening its drawer. */
  onOpen?: (row: Row) => void;
}

/** The one list page: draws any resource from its description. */
export function ResourcePage({ name, extra, top, onOpen }: Props) {
  const spec = useResource(name);
  if (spec.isError) {
    return <ErrorState error={spec.error} onRetry={() => spec.refetch()} />;
  }
  return spec.data ? <Described spec={spec.data} extra={extra} top={top} onOpen={onOpen} /> : <Loading />;
}

function Described({ spec, extra, top, onOpen }: { spec: ResourceSpec } & Omit<Props, "name">) {
  const t = useT();
  const title = useTitle();
  const { state, change, filter, reset, opened } = useListState();
  const shown = state.sort.length ? state : { ...state, sort: spec.default_sort };
  const rows = useRows(spec.path, shown);
  const forget = useChanged();
  const [form, setForm] = useState<{ row: Row | null } | null>(null);
  const Toolbar = toolbarOf(spec.overrides);

  const { page: _page, page_size: _size, ...narrowing } = listQuery(shown);

  return (
    <>
      <PageHead
        title={title(spec)}
        extra={
          <>
            <Tooltip title={t(K.refresh)}>
              <Button icon={<ReloadOutlined />} aria-label={t(K.refresh)} onClick={() => rows.refetch()} />
            </Tooltip>
            {spec.can.export && <ExportButton path={`${spec.path}/export`} query={narrowing} />}
            {Toolbar && <Toolbar spec={spec} />}
            {spec.can.create && (
              <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm({ row: null })}>
                {t(K.create)}
              </Button>
            )}
            {extra}
          </>
        }
      />
      {top}
      <div className="list-page">
        <FilterBar
          fields={spec.columns.filter((field) => field.filter)}
          filters={state.filters}
          q={state.q}
          onFilter={filter}
          onSearch={(q) => change({ q })}
          onReset={reset}
        />
        <RowTable
          fields={spec.columns}
          rowKey={spec.key}
          query={rows}
          state={shown}
          overrides={spec.overrides}
          onChange={change}
          onOpen={onOpen ?? ((row) => change({ id: String(row[spec.key]) }, false))}
        />
      </div>
      <DetailDrawer
        spec={spec}
        id={opened}
        onClose={() => change({ id: null })}
        buttons={(row) => (
          <RowButtons
            spec={spec}
            row={row}
            onEdit={() => setForm({ row })}
            onChanged={(deleted) => {
              if (deleted) {
                change({ id: null });
              }
              void forget(spec.path);
            }}
          />
        )}
      />
      {form && (
        <ResourceForm
          spec={spec}
          row={form.row}
          onClose={() => setForm(null)}
          onSaved={() => {
            setForm(null);
            void forget(spec.path);
          }}
        />
      )}
    </>
  );
}
