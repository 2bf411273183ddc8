import { AutoComplete, Button, Segmented, Table, Tag, Tooltip } from "antd";
import { useState } from "react";
import { useT, useTitle } from "@/kernel/i18n";
import type { Dictionary, Element } from "../../standards/dictionary";
import { columnExpression, EMPTY_MAPPING } from "./draft";
import { S } from "./messages";
import type { ColumnMapping, MappingProblem, OriginColumns } from "./types";
import { ValueMapDrawer } from "./ValueMapDrawer";

type Shown = "all" | "mapped" | "required" | "wrong";

interface Props {
  dictionary: Dictionary;
  columns: OriginColumns["columns"];
  mapping: Record<string, ColumnMapping>;
  problems: Map<string, MappingProblem[]>;
  onChange: (element: string, mapping: ColumnMapping) => void;
}

/** Every element of the dataset with the expression that fills it; what is wrong stands at its element. */
export function MappingTable({ dictionary: { dataset, value_sets }, columns, mapping, problems, onChange }: Props) {
  const t = useT();
  const title = useTitle();
  const [shown, setShown] = useState<Shown>("all");
  const [opened, setOpened] = useState<Element | null>(null);
  const needed = new Set([...dataset.key, dataset.patient_column]);
  const held = (element: Element) => mapping[element.name] ?? EMPTY_MAPPING;
  const filters: Record<Shown, (element: Element) => boolean> = {
    all: () => true,
    mapped: (element) => held(element).expr !== "",
    required: (element) => element.required || needed.has(element.name),
    wrong: (element) => problems.has(element.name),
  };
  const options = columns.map((column) => ({
    value: columnExpression(column.name),
    label: (
      <span className="row">
        <span className="mono">{column.name}</span>
        <span className="faint">{[column.comment, column.type].filter(Boolean).join(" · ")}</span>
      </span>
    ),
  }));
  return (
    <>
      <div className="filter-bar">
        <Segmented<Shown>
          size="small"
          value={shown}
          onChange={setShown}
          options={[
            { value: "all", label: t(S.all) },
            { value: "mapped", label: t(S.mappedOnly) },
            { value: "required", label: t(S.requiredOnly) },
            { value: "wrong", label: t(S.wrongOnly) },
          ]}
        />
      </div>
      <Table<Element>
        size="small"
        rowKey="name"
        className="mapping-table"
        dataSource={dataset.elements.filter(filters[shown])}
        pagination={false}
        scroll={{ x: 980 }}
        columns={[
          {
            title: t(S.element),
            key: "element",
            width: 270,
            render: (_, element) => (
              <>
                {title(element)} {dataset.key.includes(element.name) && <Tag color="blue">{t(S.isKey)}</Tag>}
                {dataset.patient_column === element.name && <Tag color="cyan">{t(S.isPatient)}</Tag>}
                {element.required && !needed.has(element.name) && <Tag color="orange">{t(S.required)}</Tag>}
                <div className="faint mono">{[element.name, element.de].filter(Boolean).join(" · ")}</div>
              </>
            ),
          },
          {
            title: t(S.type),
            key: "type",
            width: 200,
            render: (_, element) => (
              <>
                <span className="mono">{[element.type, element.format].filter(Boolean).join(" ")}</span>
                {element.value_set && <div className="faint mono">{element.value_set}</div>}
              </>
            ),
          },
          {
            title: t(S.expression),
            key: "expr",
            render: (_, element) => {
              const found = problems.get(element.name) ?? [];
              const wrong = found.find((one) => one.level === "error");
              return (
                <>
                  <AutoComplete
                    className="expression mono"
                    status={wrong ? "error" : found.length ? "warning" : undefined}
                    aria-label={`${t(S.expression)} ${element.name}`}
                    placeholder={t(S.expressionHint)}
                    allowClear
                    options={options}
                    showSearch={{ filterOption: matches(columns) }}
                    value={held(element).expr}
                    onChange={(expr?: string) => onChange(element.name, { ...held(element), expr: expr ?? "" })}
                    popupMatchSelectWidth={360}
                  />
                  {found.map((one) => (
                    <Problem key={one.title + one.detail} problem={one} />
                  ))}
                </>
              );
            },
          },
          {
            title: t(S.valueMap),
            key: "map",
            width: 150,
            render: (_, element) => {
              const { expr, map, default: fallback, blank } = held(element);
              const count = Object.keys(map ?? {}).length;
              const extras = [fallback && `${t(S.fallback)} ${fallback}`, blank && `${t(S.blank)} ${blank}`];
              return (
                <>
                  <Button size="small" type="link" disabled={!expr} onClick={() => setOpened(element)}>
                    {count ? t(S.values, { count }) : t(S.noMap)}
                  </Button>
                  <div className="faint">{extras.filter(Boolean).join(" · ")}</div>
                </>
              );
            },
          },
        ]}
      />
      {opened && (
        <ValueMapDrawer
          key={opened.name}
          element={opened}
          set={value_sets.find((one) => one.code === opened.value_set)}
          mapping={held(opened)}
          onClose={() => setOpened(null)}
          onChange={(changed) => onChange(opened.name, changed)}
        />
      )}
    </>
  );
}

/** Columns whose name or comment holds what was typed; after an operator or a bracket everything is offered. */
function matches(columns: OriginColumns["columns"]) {
  const words = new Map(columns.map((one) => [columnExpression(one.name), `${one.name} ${one.comment}`.toLowerCase()]));
  return (typed: string, option?: { value?: unknown }) =>
    (words.get(String(option?.value)) ?? "").includes(typed.toLowerCase());
}

export function Problem({ problem }: { problem: MappingProblem }) {
  const t = useT();
  const allowed = problem.allowed?.length ? t(S.allowed, { names: problem.allowed.join(", ") }) : undefined;
  return (
    <Tooltip title={allowed}>
      <div className={problem.level === "error" ? "problem bad" : "problem warn"}>
        {problem.title} <span className="muted">{problem.detail}</span>
      </div>
    </Tooltip>
  );
}
