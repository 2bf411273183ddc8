import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Input, Select } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "@/kernel/client";
import { useT, useTitle } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { QueryView, Refused } from "@/kernel/state";
import { AdoptColumns } from "./AdoptColumns";
import { A } from "./messages_adopting";
import type { AdoptedColumn, AdoptionDraft } from "./types";
import "./standards.css";

const PATH = "/api/standards/adoptions";
/** Typing is judged when it rests. */
const PAUSE_MS = 400;

/** A dataset of the catalogue on its way to one of the platform: the declaration, to be adjusted and sent for approval. */
export function AdoptPage() {
  const { code = "" } = useParams();
  const query = useQuery({
    queryKey: ["standards", "adoption", code],
    queryFn: ({ signal }) => api.get<AdoptionDraft>(`${PATH}/draft`, { code }, signal),
    // What is being adjusted is not thrown away by a look at another window.
    refetchOnWindowFocus: false,
  });
  return <QueryView query={query}>{(draft) => <Adjusted key={draft.catalogue} draft={draft} />}</QueryView>;
}

function Adjusted({ draft }: { draft: AdoptionDraft }) {
  const t = useT();
  const title = useTitle();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [wanted, setWanted] = useState(draft);
  const put = (next: Partial<AdoptionDraft>) => setWanted({ ...wanted, ...next });
  const [asked, setAsked] = useState(draft);
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(wanted), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [wanted]);
  const check = useQuery({
    queryKey: ["standards", "adoption", draft.catalogue, "check", asked],
    queryFn: () => api.post<{ problems: string[] }>(`${PATH}/check`, asked),
    placeholderData: (former) => former ?? { problems: draft.problems },
    retry: false,
  });
  const adopt = useMutation({
    mutationFn: () => api.post<{ id: string }>(PATH, wanted),
    onSuccess: ({ id }) => {
      message.success(t(A.adopted));
      client.invalidateQueries({ queryKey: ["standards"] });
      navigate(`/standards/proposals/${id}`);
    },
  });
  const included = wanted.columns.filter((one) => one.included);
  const choices = included.map((one) => ({ value: one.name, label: `${one.name} ${one.title}` }));
  const rename = (from: string, to: string): Partial<AdoptionDraft> => ({
    key: wanted.key.map((name) => (name === from ? to : name)),
    patient_column: wanted.patient_column === from ? to : wanted.patient_column,
    time_column: wanted.time_column === from ? to : wanted.time_column,
  });
  const change = (at: number, next: Partial<AdoptedColumn>) => {
    const columns = wanted.columns.map((one, index) => (index === at ? { ...one, ...next } : one));
    const former = wanted.columns[at]?.name;
    put({ columns, ...(former !== undefined && next.name !== undefined ? rename(former, next.name) : {}) });
  };
  const problems = check.data?.problems ?? [];
  const failed = adopt.error ?? check.error;
  const catalogue = `/standards?kind=catalogue&item=catalogue:${draft.catalogue}`;
  return (
    <div className="stack">
      <PageHead
        back={{ to: catalogue, label: draft.catalogue }}
        title={
          <>
            {draft.title} <span className="faint mono">{draft.catalogue}</span>
          </>
        }
        note={t(A.note)}
        extra={
          <Button
            type="primary"
            disabled={problems.length > 0 || asked !== wanted || check.isFetching}
            loading={adopt.isPending}
            onClick={() => adopt.mutate()}
          >
            {t(A.submit)}
          </Button>
        }
      />
      {failed && <Refused error={failed} />}
      {draft.carried.length > 0 && (
        <Alert type="info" showIcon title={t(A.carried, { datasets: draft.carried.join("、") })} />
      )}
      {problems.length > 0 ? (
        <Alert
          type="warning"
          showIcon
          title={t(A.problems)}
          description={
            <ul className="standards-problems">
              {problems.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          }
        />
      ) : (
        <Alert type="success" showIcon title={t(A.ready)} />
      )}
      <Section title={`${draft.standard} · ${draft.edition}`}>
        <div className="standards-form">
          <Labelled label={t(A.code)}>
            <Input className="mono" value={wanted.code} onChange={({ target }) => put({ code: target.value })} />
          </Labelled>
          <Labelled label={t(A.title)}>
            <Input value={wanted.title} onChange={({ target }) => put({ title: target.value })} />
          </Labelled>
          <Labelled label={t(A.titleEn)}>
            <Input value={wanted.title_en} onChange={({ target }) => put({ title_en: target.value })} />
          </Labelled>
          <Labelled label={t(A.category)}>
            <Select
              value={wanted.category}
              onChange={(category) => put({ category })}
              options={draft.categories.map((one) => ({ value: one.code, label: title(one) }))}
            />
          </Labelled>
          <Labelled label={t(A.key)} wide>
            <Select mode="multiple" value={wanted.key} onChange={(key) => put({ key })} options={choices} />
          </Labelled>
          <Labelled label={t(A.patient)}>
            <Select
              showSearch={{ optionFilterProp: "label" }}
              value={wanted.patient_column || undefined}
              onChange={(patient_column) => put({ patient_column })}
              options={choices.filter((one) => typeOf(included, one.value) === "string")}
            />
          </Labelled>
          <Labelled label={t(A.time)}>
            <Select
              allowClear
              placeholder={t(A.noTime)}
              value={wanted.time_column ?? undefined}
              onChange={(time_column) => put({ time_column: time_column ?? null })}
              options={choices.filter((one) => typeOf(included, one.value) === "datetime")}
            />
          </Labelled>
        </div>
      </Section>
      <AdoptColumns columns={wanted.columns} needed={[...wanted.key, wanted.patient_column]} onChange={change} />
    </div>
  );
}

const typeOf = (columns: AdoptedColumn[], name: string) => columns.find((one) => one.name === name)?.type;

function Labelled({ label, wide, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className={wide ? "standards-labelled standards-wide" : "standards-labelled"}>
      <span className="muted">{label}</span>
      {children}
    </label>
  );
}
