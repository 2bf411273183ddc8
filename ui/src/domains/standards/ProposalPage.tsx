import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Popconfirm, Steps, Tabs, Tag } from "antd";
import { useParams } from "react-router";
import { api } from "@/kernel/client";
import { formatDate } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { Empty, QueryView, useExplain } from "@/kernel/state";
import { Comments } from "./Comments";
import { DiffTable } from "./DiffTable";
import { DraftEditor } from "./DraftEditor";
import { KINDS } from "./messages";
import { R, STAGE } from "./messages_revising";
import { History, Tasks } from "./ProposalSide";
import { RetireDay } from "./RetireDay";
import type { Kind, Proposal, Stage } from "./types";
import "./standards.css";

/** Sends something to a proposal and shows the proposal that comes back. */
export type Act = (path: string, body?: unknown, method?: "post" | "put") => Promise<unknown>;

const WAY: Stage[] = ["research", "drafting", "consultation", "approval", "published"];

/** One proposal: where it stands, what it changes, what people say, who did what. */
export function ProposalPage() {
  const { id = "" } = useParams();
  const key = ["standards", "proposal", id];
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<Proposal>(`/api/standards/proposals/${id}/view`, undefined, signal),
  });
  const client = useQueryClient();
  const explain = useExplain();
  const { message } = App.useApp();
  const send = useMutation({
    mutationFn: ({ path, body, method }: { path: string; body?: unknown; method: "post" | "put" }) =>
      api[method]<Proposal>(`/api/standards/proposals/${path}`, body),
    onSuccess: (proposal) => {
      client.setQueryData(key, proposal);
      client.invalidateQueries({ queryKey: ["standards"], predicate: ({ queryKey }) => queryKey[1] !== "proposal" });
    },
    onError: (error) => message.error(explain(error).detail || explain(error).title),
  });
  const act: Act = (path, body, method = "post") => send.mutateAsync({ path, body, method });
  return (
    <QueryView query={query}>{(proposal) => <Shown proposal={proposal} act={act} busy={send.isPending} />}</QueryView>
  );
}

function Shown({ proposal, act, busy }: { proposal: Proposal; act: Act; busy: boolean }) {
  const t = useT();
  const at = WAY.indexOf(proposal.stage as Stage);
  const review = proposal.operation === "review";
  return (
    <div className="stack">
      <PageHead
        back={{ to: "/standards/proposals", label: t(R.title) }}
        title={
          <>
            {proposal.title} <span className="faint mono">{proposal.code}</span>
          </>
        }
        note={
          <>
            {t(KINDS[proposal.kind as Kind])} ·{" "}
            {proposal.base_version ? `${t(R.inForce)} v${proposal.base_version}` : t(R.newItem)} · {proposal.reason}
          </>
        }
        extra={<Moves proposal={proposal} act={act} busy={busy} />}
      />
      <Section>
        {at >= 0 && !review ? (
          <Steps
            size="small"
            current={at}
            status={at === WAY.length - 1 ? "finish" : "process"}
            items={WAY.map((stage) => ({ title: t(STAGE[stage]) }))}
          />
        ) : (
          <Tag>{t(STAGE[proposal.stage as Stage])}</Tag>
        )}
        <Standing proposal={proposal} />
      </Section>
      <div className="grid grid-main">
        <Section>
          <Tabs
            size="small"
            items={[
              {
                key: "differences",
                label: `${t(R.differences)} ${proposal.differences.length || ""}`,
                children:
                  proposal.differences.length > 0 ? (
                    <DiffTable rows={proposal.differences} />
                  ) : (
                    <Empty text={t(R.noDifference)} />
                  ),
              },
              ...(proposal.operation === "create" || proposal.operation === "change"
                ? [
                    {
                      key: "draft",
                      label: t(R.draft),
                      children: <DraftEditor key={proposal.updated_at} proposal={proposal} act={act} />,
                    },
                  ]
                : []),
              ...(proposal.operation === "retire"
                ? [
                    {
                      key: "day",
                      label: t(R.retiresOn),
                      children: <RetireDay key={proposal.updated_at} proposal={proposal} act={act} />,
                    },
                  ]
                : []),
              {
                key: "comments",
                label: `${t(R.comments)} ${proposal.comments.length || ""}`,
                children: <Comments proposal={proposal} act={act} />,
              },
            ]}
          />
        </Section>
        <div className="stack">
          <Tasks proposal={proposal} act={act} />
          <History proposal={proposal} />
        </div>
      </div>
    </div>
  );
}

function Standing({ proposal }: { proposal: Proposal }) {
  const t = useT();
  if (proposal.stage === "published") {
    return (
      <p className="muted standards-standing">
        {proposal.published_version
          ? t(R.publishedAs, { version: proposal.published_version })
          : t(R.waitsFor, { day: formatDate(proposal.effective_from) })}
      </p>
    );
  }
  const lacking = proposal.lacking.length > 0 ? proposal.lacking : proposal.problems;
  return lacking.length > 0 ? (
    <Alert
      className="standards-standing"
      type="warning"
      title={
        <>
          {t(proposal.problems.length > 0 ? R.problems : R.lacking)} {lacking.join("；")}
        </>
      }
    />
  ) : null;
}

function Moves({ proposal, act, busy }: { proposal: Proposal; act: Act; busy: boolean }) {
  const t = useT();
  const may = useMay();
  const allowed = proposal.next.filter((stage) =>
    may(stage === "published" || stage === "confirmed" ? "standards.publish" : "standards.write"),
  );
  return (
    <>
      {allowed.toReversed().map((stage) => {
        const back = stage === "abandoned" || (stage === "drafting" && proposal.stage !== "research");
        const word = stage === "drafting" && back ? R.backTo : STAGE[stage];
        const path = stage === "published" || stage === "confirmed" ? "approve" : "move";
        return (
          <Popconfirm
            key={stage}
            title={t(R.confirmMove, { stage: t(STAGE[stage]) })}
            onConfirm={() => act(`${proposal.id}/${path}`, { stage })}
          >
            <Button type={back ? "default" : "primary"} danger={stage === "abandoned"} loading={busy}>
              {t(word)}
            </Button>
          </Popconfirm>
        );
      })}
    </>
  );
}
