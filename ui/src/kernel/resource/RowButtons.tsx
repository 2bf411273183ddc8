import { App, Button, Popconfirm, Space, Typography } from "antd";
import { useState } from "react";
import { api } from "../client";
import { formatText } from "../format";
import { useT, useTitle } from "../i18n";
import { jobsOf, useFollowJob } from "../jobs";
import { K } from "../messages";
import { useExplain } from "../state";
import type { ResourceAction, ResourceSpec, Row } from "./types";

interface Props {
  spec: ResourceSpec;
  row: Row;
  onEdit: () => void;
  onChanged: (deleted: boolean) => void;
}

/** What an action answered, shown once: a one-time password, a count. */
function Answer({ answer }: { answer: Row }) {
  return (
    <div className="stack">
      {Object.entries(answer).map(([name, value]) => (
        <Typography.Text key={name} className="mono" copyable>
          {formatText(value)}
        </Typography.Text>
      ))}
    </div>
  );
}

/** The declared actions of a row, and edit and delete where the user may. */
export function RowButtons({ spec, row, onEdit, onChanged }: Props) {
  const t = useT();
  const title = useTitle();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message, modal } = App.useApp();
  const [busy, setBusy] = useState<string | null>(null);
  const path = `${spec.path}/${encodeURIComponent(String(row[spec.key]))}`;

  const attempt = async (name: string, work: () => Promise<unknown>, done: string) => {
    setBusy(name);
    try {
      const answer = (await work()) as Row | undefined;
      const jobs = jobsOf(answer);
      if (jobs.length > 0) {
        for (const job of jobs) {
          follow(job, done);
        }
      } else if (answer && Object.keys(answer).length > 0 && answer[spec.key] === undefined) {
        modal.info({ title: done, content: <Answer answer={answer} />, okText: t(K.close) });
      } else {
        message.success(`${done} · ${t(K.done)}`);
      }
      onChanged(name === "delete");
    } catch (error) {
      const problem = explain(error);
      message.error([problem.title, problem.detail].filter(Boolean).join("："));
    } finally {
      setBusy(null);
    }
  };
  const run = (action: ResourceAction) => attempt(action.name, () => api.post(`${path}/${action.name}`), title(action));

  return (
    <Space size={8} onClick={(event) => event.stopPropagation()}>
      {spec.actions.map((action) =>
        action.confirm ? (
          <Popconfirm key={action.name} title={action.confirm} onConfirm={() => run(action)}>
            <Button size="small" loading={busy === action.name}>
              {title(action)}
            </Button>
          </Popconfirm>
        ) : (
          <Button key={action.name} size="small" loading={busy === action.name} onClick={() => run(action)}>
            {title(action)}
          </Button>
        ),
      )}
      {spec.can.update && (
        <Button size="small" onClick={onEdit}>
          {t(K.edit)}
        </Button>
      )}
      {spec.can.delete && (
        <Popconfirm title={t(K.deleteAsk)} onConfirm={() => attempt("delete", () => api.delete(path), t(K.deleted))}>
          <Button size="small" danger loading={busy === "delete"}>
            {t(K.delete)}
          </Button>
        </Popconfirm>
      )}
    </Space>
  );
}
