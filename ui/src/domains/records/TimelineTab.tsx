import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Pagination } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { api } from "@/kernel/client";
import { Empty, QueryView } from "@/kernel/state";
import { EncounterCard } from "./EncounterCard";
import type { Encounter, Timeline } from "./types";

const SIZE = 20;

/** The year of a group of encounters; those without a date stand last. */
export function yearsOf(encounters: Encounter[]): [string, Encounter[]][] {
  const years = new Map<string, Encounter[]>();
  for (const one of encounters) {
    const at = one.started_at ?? one.events.find((event) => event.at)?.at;
    const year = at ? dayjs(at).format("YYYY") : "—";
    years.set(year, [...(years.get(year) ?? []), one]);
  }
  return [...years];
}

export function TimelineTab({ person }: { person: string }) {
  const [page, setPage] = useState(1);
  const query = useQuery({
    queryKey: ["records", person, "timeline", page],
    queryFn: ({ signal }) =>
      api.get<Timeline>(`/api/records/persons/${person}/timeline`, { page, page_size: SIZE }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <QueryView query={query} isEmpty={(data) => data.items.length === 0} empty={<Empty />}>
      {(data) => (
        <div className="timeline">
          {yearsOf(data.items).map(([year, encounters]) => (
            <section key={year}>
              <h2 className="timeline-year num">{year}</h2>
              {encounters.map((encounter) => (
                <EncounterCard
                  key={`${encounter.org_code}|${encounter.key}`}
                  person={person}
                  encounter={encounter}
                  sections={data.sections}
                />
              ))}
            </section>
          ))}
          <Pagination
            align="end"
            size="small"
            current={page}
            pageSize={SIZE}
            total={data.total}
            hideOnSinglePage
            showSizeChanger={false}
            onChange={setPage}
          />
        </div>
      )}
    </QueryView>
  );
}
