import { useQuery } from "@tanstack/react-query";
import { Tabs } from "antd";
import { useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { QueryView } from "@/kernel/state";
import type { PersonDetail } from "../patients/types";
import { Identities } from "./Identities";
import { M } from "./messages";
import { PatientHeader } from "./PatientHeader";
import { SectionsTab } from "./SectionsTab";
import { TimelineTab } from "./TimelineTab";
import { TrendsTab } from "./TrendsTab";
import "./records.css";

/** Patient 360: who it is, and everything that every institution recorded. */
export function PatientPage() {
  const t = useT();
  const { id = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const [unmask, setUnmask] = useState(false);
  const person = useQuery({
    queryKey: ["patients", "person", id, unmask],
    queryFn: ({ signal }) => api.get<PersonDetail>(`/api/patients/persons/${id}`, unmask ? { unmask } : {}, signal),
    // Identifiers in full are never kept longer than they are looked at.
    gcTime: unmask ? 0 : undefined,
  });
  return (
    <QueryView query={person}>
      {(data) => (
        <div className="stack">
          <PatientHeader person={data} unmask={unmask} onUnmask={setUnmask} />
          <Section className="patient-tabs">
            <Tabs
              activeKey={search.get("tab") ?? "timeline"}
              onChange={(tab) => setSearch({ tab }, { replace: true })}
              destroyOnHidden
              items={[
                { key: "timeline", label: t(M.timeline), children: <TimelineTab person={id} /> },
                { key: "sections", label: t(M.sections), children: <SectionsTab person={id} /> },
                { key: "trends", label: t(M.trends), children: <TrendsTab person={id} /> },
                { key: "identities", label: t(M.identities), children: <Identities person={data} /> },
              ]}
            />
          </Section>
        </div>
      )}
    </QueryView>
  );
}
