import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Menu } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { LakeTable } from "@/kernel/fields/LakeTable";
import { useTitle } from "@/kernel/i18n";
import { Empty, QueryView } from "@/kernel/state";
import type { SectionRows, Timeline } from "./types";

const SIZE = 50;

/** The record by kind: every row of one dataset, newest first. */
export function SectionsTab({ person }: { person: string }) {
  const title = useTitle();
  const [chosen, setChosen] = useState<string | null>(null);
  const overview = useQuery({
    queryKey: ["records", person, "timeline", 1],
    queryFn: ({ signal }) =>
      api.get<Timeline>(`/api/records/persons/${person}/timeline`, { page: 1, page_size: 20 }, signal),
  });
  return (
    <QueryView query={overview} isEmpty={(data) => data.sections.length === 0} empty={<Empty />}>
      {({ sections }) => {
        const dataset = chosen ?? sections.find((one) => one.rows > 0)?.dataset ?? sections[0]?.dataset ?? "";
        return (
          <div className="sections">
            <Menu
              selectedKeys={[dataset]}
              onClick={({ key }) => setChosen(key)}
              items={sections.map((one) => ({
                key: one.dataset,
                disabled: one.rows === 0,
                label: (
                  <span className="section-entry">
                    {title(one)} <span className="faint num">{one.rows}</span>
                  </span>
                ),
              }))}
            />
            <SectionTable key={dataset} person={person} dataset={dataset} />
          </div>
        );
      }}
    </QueryView>
  );
}

function SectionTable({ person, dataset }: { person: string; dataset: string }) {
  const [page, setPage] = useState(1);
  const rows = useQuery({
    queryKey: ["records", person, "section", dataset, page],
    queryFn: ({ signal }) =>
      api.get<SectionRows>(`/api/records/persons/${person}/sections/${dataset}`, { page, page_size: SIZE }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <QueryView query={rows}>
      {(data) => (
        <LakeTable
          columns={data.columns}
          items={data.items}
          titles={data.titles}
          loading={rows.isFetching}
          page={{ current: page, pageSize: SIZE, total: data.total, onChange: setPage }}
        />
      )}
    </QueryView>
  );
}
