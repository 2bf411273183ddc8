import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Drawer } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import type { FieldSpec } from "@/kernel/fields";
import { useLanguage, useT, useTitle } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useResource, useRows } from "@/kernel/resource/api";
import { type ListState, PAGE_SIZE } from "@/kernel/resource/listState";
import { RowTable } from "@/kernel/resource/RowTable";
import type { Page } from "@/kernel/resource/types";
import { FailingDrawer } from "./FailingDrawer";
import { M } from "./messages";
import type { Selection } from "./OverviewPage";
import type { Overview, Rule, Total } from "./types";

/** Titles of all rules by code. */
export function useRuleTitles() {
  const title = useTitle();
  const { language } = useLanguage();
  return useQuery({
    queryKey: ["quality", "rule-titles", language],
    queryFn: async ({ signal }) => {
      const page = await api.get<Page<Rule>>("/api/quality/rules", { page_size: 1000 }, signal);
      return new Map(page.items.map((rule) => [rule.code, title(rule)]));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

interface Props {
  selection: Selection;
  overview: Overview;
  onClear: () => void;
}

/** The rules behind the chosen cell, worst first; one leads to its failing rows. */
export function Results({ selection, overview, onClear }: Props) {
  const t = useT();
  const title = useTitle();
  const [state, setState] = useState<ListState>({ page: 1, pageSize: PAGE_SIZE, sort: ["score"], filters: {}, q: "" });
  const [failing, setFailing] = useState(true);
  const [opened, setOpened] = useState<Total | null>(null);
  const titles = useRuleTitles();
  const spec = useResource("quality.totals");
  const shown: ListState = {
    ...state,
    filters: {
      ...(selection.org ? { org_code: selection.org } : {}),
      ...(selection.dataset ? { dataset: selection.dataset } : {}),
      ...(failing ? { "failed.gt": "0" } : {}),
    },
  };
  const rows = useRows("/api/quality/totals", shown);
  const choices = (name: string) => spec.data?.columns.find((column) => column.name === name)?.options;
  const fields: FieldSpec[] = [
    { name: "rule_title", label: t(M.rule), kind: "text" },
    { name: "org_code", label: t(M.institution), kind: "org", sort: true },
    { name: "dataset_title", label: t(M.dataset), kind: "text" },
    { name: "dimension", label: t(M.dimension), kind: "select", options: choices("dimension"), sort: true },
    { name: "severity", label: t(M.severity), kind: "select", options: choices("severity"), sort: true },
    { name: "checked", label: t(M.checked), kind: "integer", sort: true },
    { name: "failed", label: t(M.failed), kind: "integer", sort: true },
    { name: "score", label: t(M.score), kind: "number", sort: true },
  ];
  const named = rows.data && {
    ...rows.data,
    items: (rows.data.items as unknown as Total[]).map((one) => ({
      ...one,
      rule_title: titles.data?.get(one.rule) ?? one.rule,
      dataset_title: title(overview.datasets.find((dataset) => dataset.code === one.dataset) ?? { title: one.dataset }),
    })),
  };
  return (
    <Section
      flush
      title={t(M.results)}
      extra={
        <span className="row">
          {(selection.org || selection.dataset) && (
            <Button type="link" size="small" onClick={onClear}>
              {t(M.clear)}
            </Button>
          )}
          <Checkbox checked={failing} onChange={(event) => setFailing(event.target.checked)}>
            {t(M.failingOnly)}
          </Checkbox>
        </span>
      }
    >
      <RowTable
        fields={fields}
        rowKey="id"
        query={{ ...rows, data: named }}
        state={shown}
        onChange={(change) =>
          setState((now) => ({
            ...now,
            page: Number(change.page ?? 1),
            pageSize: Number(change.page_size ?? PAGE_SIZE),
            sort: String(change.sort ?? "score").split(","),
          }))
        }
        onOpen={(row) => setOpened(row as unknown as Total)}
      />
      <Drawer
        open={opened !== null}
        onClose={() => setOpened(null)}
        size={860}
        title={opened && (titles.data?.get(opened.rule) ?? opened.rule)}
      >
        {opened && <FailingDrawer total={opened} />}
      </Drawer>
    </Section>
  );
}
