import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { type FieldSpec, useOrgs } from "@/kernel/fields";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { PAGE_SIZE } from "@/kernel/resource/listState";
import { RowTable } from "@/kernel/resource/RowTable";
import type { Row } from "@/kernel/resource/types";
import { M } from "./messages";
import type { Counts, Person, PersonPage } from "./types";

interface Wanted {
  text: string;
  org_code: string | null;
  page: number;
  page_size: number;
}

/** Kept in memory only: a name or number belongs neither into an address nor into the browser's storage. */
let lastWanted: Wanted = { text: "", org_code: null, page: 1, page_size: PAGE_SIZE };

/** Persons by name or number; one leads to the patient's record. */
export function PersonsPage() {
  const t = useT();
  const navigate = useNavigate();
  const orgs = useOrgs();
  const [wanted, setState] = useState(lastWanted);
  const [draft, setDraft] = useState(wanted.text);
  const want = (change: Partial<Wanted>) => {
    lastWanted = { ...wanted, page: 1, ...change };
    setState(lastWanted);
  };
  const counts = useQuery({
    queryKey: ["patients", "counts"],
    queryFn: ({ signal }) => api.get<Counts>("/api/patients/counts", undefined, signal),
  });
  const found = useQuery({
    queryKey: ["patients", "search", wanted],
    queryFn: () => api.post<PersonPage>("/api/patients/persons/search", wanted),
    placeholderData: keepPreviousData,
  });

  const text = (name: string, label: string, masked = false): FieldSpec => ({ name, label, kind: "text", masked });
  const fields: FieldSpec[] = [
    text("name", t(M.name), true),
    { ...text("sex_code", t(M.sex)), kind: "sex" },
    { name: "age", label: t(M.age), kind: "integer" },
    { ...text("birth_date", t(M.birth), true) },
    text("id_no", t(M.idNo), true),
    text("phone", t(M.phone), true),
    { name: "institutions", label: t(M.institutions), kind: "orgs" },
    { name: "identities", label: t(M.identities), kind: "integer" },
    { name: "seen_at", label: t(M.seen), kind: "datetime" },
  ];
  return (
    <div className="stack">
      <PageHead title={t(M.persons)} note={t(M.personsNote)} />
      <div className="grid grid-cards">
        <Stat label={t(M.countPersons)} value={counts.data?.persons} unit={t(M.personUnit)} />
        <Stat label={t(M.countIdentities)} value={counts.data?.identities} />
        <Stat label={t(M.countShared)} value={counts.data?.shared} unit={t(M.personUnit)} />
        <Stat
          label={t(M.countSuspects)}
          value={counts.data?.suspects}
          unit={t(M.pairUnit)}
          tone={counts.data?.suspects ? "warn" : undefined}
          onClick={() => navigate("/patients/suspects")}
        />
      </div>
      <div className="list-page">
        <search className="filter-bar">
          <Input.Search
            style={{ width: 420 }}
            placeholder={t(M.searchHint)}
            value={draft}
            allowClear
            onChange={(event) => setDraft(event.target.value)}
            onSearch={(value) => want({ text: value.trim() })}
          />
          <Select
            style={{ minWidth: 180 }}
            placeholder={t(M.allOrgs)}
            allowClear
            value={wanted.org_code}
            onChange={(org_code) => want({ org_code: org_code ?? null })}
            options={[...(orgs.data ?? [])].map(([value, label]) => ({ value, label }))}
          />
        </search>
        <RowTable
          fields={fields}
          rowKey="id"
          query={{ ...found, data: found.data as never }}
          state={{ page: wanted.page, pageSize: wanted.page_size, sort: [], filters: {}, q: wanted.text }}
          onChange={(change) =>
            want({ page: Number(change.page ?? 1), page_size: Number(change.page_size ?? PAGE_SIZE) })
          }
          onOpen={(row: Row) => navigate(`/patients/${(row as unknown as Person).id}`)}
        />
      </div>
    </div>
  );
}
