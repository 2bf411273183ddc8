import { Button, Select, Table, Tag } from "antd";
import { useState } from "react";
import { useT, useTitle } from "@/kernel/i18n";
import { Loading } from "@/kernel/state";
import { useDictionary } from "../../standards/dictionary";
import { S } from "./messages";
import { Sure } from "./ProposedTables";
import { type Edit, elementOf, mappingOf } from "./proposal";
import type { ProposedColumn, ProposedFeed } from "./types";
import { ValueMapDrawer } from "./ValueMapDrawer";

interface Props {
  feed: ProposedFeed;
  edits: Record<string, Edit>;
  onEdit: (column: string, edit: Edit) => void;
}

const KINDS = {
  name: S.byName,
  comment: S.byComment,
  type: S.byType,
  values: S.byValues,
  codes: S.byCodes,
  key: S.byKey,
  reference: S.byReference,
  length: S.byLength,
  technical: S.byTechnical,
  model: S.byModel,
};

/** The columns of a table, each with its element, why, and how its values are mapped; every choice can be changed. */
export function ProposedColumns({ feed, edits, onEdit }: Props) {
  const t = useT();
  const title = useTitle();
  const dictionary = useDictionary(feed.dataset);
  const [opened, setOpened] = useState<ProposedColumn | null>(null);
  if (!dictionary.data) {
    return <Loading rows={4} />;
  }
  const { dataset, value_sets } = dictionary.data;
  const element = (name: string | null) => dataset.elements.find((one) => one.name === name);
  const taken = new Set(feed.columns.map((one) => elementOf(one, edits[one.column])));
  const target = opened && element(elementOf(opened, edits[opened.column]));
  return (
    <>
      <Table<ProposedColumn>
        size="small"
        rowKey="column"
        dataSource={feed.columns}
        pagination={false}
        columns={[
          {
            title: t(S.column),
            key: "column",
            width: 220,
            render: (_, one) => (
              <>
                <span className="mono">{one.column}</span> {one.comment}
                <div className="faint mono">{one.type}</div>
              </>
            ),
          },
          {
            title: t(S.element),
            key: "element",
            width: 270,
            render: (_, one) => (
              <Select<string>
                size="small"
                allowClear
                style={{ width: "100%" }}
                aria-label={`${t(S.element)} ${one.column}`}
                placeholder={t(S.noElement)}
                showSearch={{ optionFilterProp: "label" }}
                value={elementOf(one, edits[one.column]) ?? undefined}
                onChange={(name?: string) => onEdit(one.column, { element: name ?? null })}
                options={dataset.elements.map((each) => ({
                  value: each.name,
                  label: `${title(each)} ${each.name}`,
                  disabled: taken.has(each.name) && elementOf(one, edits[one.column]) !== each.name,
                }))}
              />
            ),
          },
          {
            title: t(S.confidence),
            key: "confidence",
            width: 130,
            render: (_, one) => one.element && !edits[one.column] && <Sure share={one.confidence ?? 0} />,
          },
          {
            title: t(S.evidence),
            key: "evidence",
            render: (_, one) => (
              <>
                {!elementOf(one, edits[one.column]) && one.element && (
                  <Button
                    size="small"
                    type="link"
                    onClick={() => onEdit(one.column, { element: one.element ?? null })}
                    disabled={taken.has(one.element)}
                  >
                    {t(S.acceptAs, { name: title(element(one.element) ?? { title: one.element }) })}
                  </Button>
                )}
                {(one.evidence ?? []).map((each) => (
                  <Tag key={each.kind + each.seen} color={each.weight < 0 ? "red" : undefined}>
                    {t(KINDS[each.kind])} {each.seen} <span className="faint num">{signed(each.weight)}</span>
                  </Tag>
                ))}
              </>
            ),
          },
          {
            title: t(S.valueMap),
            key: "map",
            width: 130,
            render: (_, one) => {
              const found = element(elementOf(one, edits[one.column]));
              if (!found?.value_set) {
                return null;
              }
              const count = Object.keys(mappingOf(one, edits[one.column]).map ?? {}).length;
              const unknown = one.map?.unknown?.length ?? 0;
              return (
                <>
                  <Button size="small" type="link" onClick={() => setOpened(one)}>
                    {count ? t(S.values, { count }) : t(S.noMap)}
                  </Button>
                  {unknown > 0 && !edits[one.column]?.mapping && (
                    <div className="problem warn">{t(S.unmapped, { codes: (one.map?.unknown ?? []).join(" ") })}</div>
                  )}
                </>
              );
            },
          },
        ]}
      />
      {opened && target && (
        <ValueMapDrawer
          key={opened.column}
          element={target}
          set={value_sets.find((one) => one.code === target.value_set)}
          mapping={withUnknown(mappingOf(opened, edits[opened.column]), opened, edits[opened.column])}
          onClose={() => setOpened(null)}
          onChange={(mapping) => onEdit(opened.column, { element: target.name, mapping })}
        />
      )}
    </>
  );
}

const signed = (weight: number) => (weight > 0 ? `+${weight.toFixed(1)}` : weight.toFixed(1));

/** The mapping with a row for every code that has no counterpart yet, so that it can be given one. */
function withUnknown(mapping: ReturnType<typeof mappingOf>, column: ProposedColumn, edit?: Edit) {
  if (edit?.mapping) {
    return mapping;
  }
  const open = Object.fromEntries((column.map?.unknown ?? []).map((code) => [code, null]));
  return { ...mapping, map: { ...mapping.map, ...open } };
}
