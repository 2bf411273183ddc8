import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Input, Modal, Popconfirm, Table, Tag, Timeline } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api } from "@/kernel/client";
import { FieldValue, OrgName } from "@/kernel/fields";
import { formatDate, formatMinute } from "@/kernel/format";
import { useSaid, useT, useTitle } from "@/kernel/i18n";
import { useFollowJob } from "@/kernel/jobs";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { QueryView, useExplain } from "@/kernel/state";
import { ApplyDrawer, Doubles } from "./ApplyDrawer";
import { ACTION, M, STATUS } from "./messages";
import { useKinds } from "./queries";
import type { Outcome, Registration, ReviewOut } from "./types";
import "./orgs.css";

const PATH = "/api/orgs/registrations";
const TONE: Record<string, string> = {
  submitted: "processing",
  returned: "warning",
  refused: "error",
  approved: "processing",
  effective: "success",
};

/** One application: what it would change, what stands in its way, who did what; and what the reader may do. */
export function RegistrationPage() {
  const { id = "" } = useParams();
  const query = useQuery({
    queryKey: ["orgs", "registration", id],
    queryFn: ({ signal }) => api.get<Registration>(`${PATH}/${id}/view`, undefined, signal),
  });
  return <QueryView query={query}>{(registration) => <Shown registration={registration} />}</QueryView>;
}

function Shown({ registration }: { registration: Registration }) {
  const t = useT();
  const title = useTitle();
  const explain = useExplain();
  const client = useQueryClient();
  const said = useSaid();
  const { message } = App.useApp();
  const [editing, setEditing] = useState(false);
  const [deciding, setDeciding] = useState<Outcome | null>(null);
  const kind = useKinds().data?.find((one) => one.code === registration.kind);
  const specs = new Map(kind?.forms.register.map((field) => [field.name, field]));
  const Value = ({ field, value }: { field: string; value: unknown }) => {
    const spec = specs.get(field) ?? {
      name: field,
      label: field,
      kind: typeof value === "boolean" ? "switch" : "text",
    };
    return <FieldValue value={value} field={spec} />;
  };
  const may = (what: Registration["may"][number]) => registration.may.includes(what);
  const changed = () => client.invalidateQueries({ queryKey: ["orgs", "registration", registration.id] });
  const act = async (path: string) => {
    try {
      await api.post(`${PATH}/${registration.id}/${path}`, {});
    } catch (error) {
      const told = explain(error);
      message.error([told.title, told.detail].filter(Boolean).join("："));
    }
    await changed();
  };
  return (
    <div className="stack">
      <PageHead
        back={{ to: "/orgs/registrations", label: t(M.back) }}
        title={
          <>
            {kind && title(kind)} · {t(M[registration.operation as "register"])}：{registration.title}
            <Tag color={TONE[registration.status]}>{t(STATUS[registration.status as "draft"])}</Tag>
          </>
        }
        note={
          <>
            <span className="mono">{registration.number}</span> ·{" "}
            {registration.org_code ? <OrgName code={registration.org_code} /> : t(M.platform)} ·{" "}
            <span className="mono">{registration.target}</span>
            {registration.effective_from && ` · ${formatDate(registration.effective_from)}`}
            {registration.batch && (
              <>
                {" "}
                · {t(M.batch)}{" "}
                <Link to={`/orgs/registrations?f.batch.contains=${encodeURIComponent(registration.batch)}`}>
                  {registration.batch}
                </Link>
              </>
            )}
          </>
        }
        extra={
          <>
            {may("withdraw") && (
              <Popconfirm title={t(M.withdrawAsk)} onConfirm={() => act("withdraw")}>
                <Button>{t(M.withdraw)}</Button>
              </Popconfirm>
            )}
            {may("edit") && <Button onClick={() => setEditing(true)}>{t(M.edit)}</Button>}
            {may("submit") && (
              <Button type="primary" onClick={() => act("submit")}>
                {t(M.submit)}
              </Button>
            )}
            {may("review") && (
              <>
                <Button danger onClick={() => setDeciding("refused")}>
                  {t(M.refuse)}
                </Button>
                <Button onClick={() => setDeciding("returned")}>{t(M.return)}</Button>
                <Button type="primary" onClick={() => setDeciding("approved")}>
                  {t(M.approve)}
                </Button>
              </>
            )}
          </>
        }
      />
      {registration.review_note && (
        <Alert type={registration.status === "refused" ? "error" : "warning"} title={registration.review_note} />
      )}
      {registration.problems.length > 0 && (
        <Alert
          type="error"
          title={t(M.mistakes)}
          description={registration.problems.map((one) => said(one.reason, one.reason_en)).join(t(M.semicolon))}
        />
      )}
      <Doubles checked={registration} />
      <div className="grid grid-main">
        <Section flush title={t(M.content)}>
          <Table
            size="small"
            rowKey="field"
            pagination={false}
            dataSource={registration.fields}
            rowClassName={(row) => (row.changed ? "registry-changed" : "")}
            columns={[
              {
                title: t(M.field),
                width: 160,
                render: (_, row) => said(row.label, row.label_en),
              },
              ...(registration.operation === "register"
                ? []
                : [
                    {
                      title: t(M.before),
                      render: (_: unknown, row: Registration["fields"][number]) => (
                        <span className={row.changed ? "registry-was" : undefined}>
                          <Value field={row.field} value={row.before} />
                        </span>
                      ),
                    },
                  ]),
              { title: t(M.after), render: (_, row) => <Value field={row.field} value={row.after} /> },
            ]}
          />
        </Section>
        <Section title={t(M.steps)}>
          <Timeline
            items={registration.steps.toReversed().map((step) => ({
              key: `${step.at} ${step.action}`,
              content: (
                <>
                  <b>{t(ACTION[step.action as "draft"])}</b> {step.by}{" "}
                  <span className="faint num">{formatMinute(step.at)}</span>
                  {step.note && <div>{step.note}</div>}
                </>
              ),
            }))}
          />
        </Section>
      </div>
      {editing && (
        <ApplyDrawer
          registration={registration}
          onClose={() => setEditing(false)}
          onDone={() => {
            setEditing(false);
            void changed();
          }}
        />
      )}
      {deciding && (
        <Decision
          registration={registration}
          outcome={deciding}
          onClose={() => {
            setDeciding(null);
            void changed();
          }}
        />
      )}
    </div>
  );
}

const WORD = { approved: M.approve, returned: M.return, refused: M.refuse };

function Decision({
  registration,
  outcome,
  onClose,
}: {
  registration: Registration;
  outcome: Outcome;
  onClose: () => void;
}) {
  const t = useT();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  const [said, setSaid] = useState("");
  const [whole, setWhole] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const decide = async () => {
    setBusy(true);
    setFailure("");
    try {
      const told = await api.post<ReviewOut>(`${PATH}/review`, {
        outcome,
        note: said,
        ...(whole ? { batch: registration.batch } : { ids: [registration.id] }),
      });
      if (told.job_id) {
        follow(told.job_id, t(M.batchReview, { batch: registration.batch ?? "" }));
      } else {
        message.success(t(M.decided, { count: told.decided, effective: told.effective }));
      }
      onClose();
    } catch (error) {
      setFailure(explain(error).detail || explain(error).title);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t(WORD[outcome])}
      okText={t(WORD[outcome])}
      okButtonProps={{ danger: outcome === "refused", disabled: outcome !== "approved" && !said.trim() }}
      confirmLoading={busy}
      onOk={decide}
      onCancel={onClose}
    >
      <div className="stack">
        <Input.TextArea
          rows={3}
          maxLength={1000}
          aria-label={t(outcome === "approved" ? M.opinion : M.reason)}
          placeholder={t(outcome === "approved" ? M.opinion : M.reason)}
          value={said}
          onChange={(event) => setSaid(event.target.value)}
        />
        {registration.batch && (
          <Checkbox checked={whole} onChange={(event) => setWhole(event.target.checked)}>
            {t(M.wholeBatch, { batch: registration.batch })}
          </Checkbox>
        )}
        {failure && <Alert type="error" title={failure} />}
      </div>
    </Modal>
  );
}
