import { Select, Table } from "antd";
import { useState } from "react";
import { ShareBar } from "@/kernel/chart/ShareBar";
import { OrgName } from "@/kernel/fields/OrgName";
import { formatNumber, NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Empty, QueryView } from "@/kernel/state";
import { M } from "./messages";
import { useBranch, useFigures } from "./queries";
import type { Figure } from "./types";

interface Line {
  key: string;
  org: string;
  dataset: string;
  version: string | null;
  mapped: number | null;
  accepted: number | null;
  score: number | null;
  rows: number | null;
}

/** One line for each institution and dataset, from what the rooms know of them. */
export function linesOf(figures: Figure[]): Line[] {
  const lines = new Map<string, Line>();
  for (const one of figures) {
    const key = `${one.org_code} ${one.dataset}`;
    const line = lines.get(key) ?? {
      key,
      org: one.org_code,
      dataset: one.dataset,
      version: null,
      mapped: null,
      accepted: null,
      score: null,
      rows: null,
    };
    line[one.measure] = one.value;
    line.version = one.version ?? line.version;
    if (one.measure === "accepted") {
      line.rows = one.rows ?? null;
    }
    lines.set(key, line);
  }
  return [...lines.values()];
}

/** How far the data of every institution conform to the datasets in force. */
export function ConformancePage() {
  const t = useT();
  const query = useFigures();
  return (
    <>
      <PageHead title={t(M.conformance)} note={t(M.conformanceNote)} />
      <QueryView query={query} isEmpty={(rows) => rows.length === 0} empty={<Empty text={t(M.noFigures)} />}>
        {(figures) => <Lines lines={linesOf(figures)} />}
      </QueryView>
    </>
  );
}

function Lines({ lines }: { lines: Line[] }) {
  const t = useT();
  const title = useTitle();
  const datasets = useBranch("dataset");
  const [org, setOrg] = useState<string>();
  const shown = lines.filter((one) => !org || one.org === org);
  const share = (value: number | null) => <ShareBar share={value === null ? null : value / 100} />;
  const named = (code: string) => {
    const found = datasets.data?.find((one) => one.code === code);
    return found ? title(found) : code;
  };
  return (
    <div className="list-page">
      <div className="filter-bar">
        <Select
          allowClear
          placeholder={t(M.institution)}
          style={{ width: 260 }}
          value={org}
          onChange={setOrg}
          options={[...new Set(lines.map((one) => one.org))].map((code) => ({
            value: code,
            label: <OrgName code={code} />,
          }))}
        />
      </div>
      <Table<Line>
        size="small"
        rowKey="key"
        dataSource={shown}
        pagination={{ defaultPageSize: 50, hideOnSinglePage: true }}
        columns={[
          { title: t(M.institution), dataIndex: "org", render: (code: string) => <OrgName code={code} /> },
          {
            title: t(M.dataset),
            dataIndex: "dataset",
            render: (code: string, one) => (
              <>
                {named(code)} <span className="faint mono">{code}</span> <span className="faint">{one.version}</span>
              </>
            ),
          },
          { title: t(M.mapped), dataIndex: "mapped", sorter: by("mapped"), render: share },
          { title: t(M.accepted), dataIndex: "accepted", sorter: by("accepted"), render: share },
          {
            title: t(M.score),
            dataIndex: "score",
            align: "right",
            className: "num",
            sorter: by("score"),
            render: (value: number | null) => (value === null ? NOTHING : formatNumber(value, 1)),
          },
        ]}
      />
    </div>
  );
}

const by = (name: "mapped" | "accepted" | "score") => (a: Line, b: Line) => (a[name] ?? -1) - (b[name] ?? -1);
