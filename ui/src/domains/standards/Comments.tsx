import { Button, Form, Input, Tag } from "antd";
import { useState } from "react";
import { OrgName } from "@/kernel/fields/OrgName";
import { formatMinute } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { useMay } from "@/kernel/session";
import { Empty } from "@/kernel/state";
import { R } from "./messages_revising";
import type { Act } from "./ProposalPage";
import type { Comment, Proposal } from "./types";

const OUTCOMES = { adopted: "green", partly: "blue", declined: "default" } as const;

/** What people say to a proposal, each with what became of it. */
export function Comments({ proposal, act }: { proposal: Proposal; act: Act }) {
  const t = useT();
  const may = useMay();
  const [form] = Form.useForm<{ text: string; place?: string }>();
  const open = proposal.next.length > 0;
  return (
    <div className="stack">
      {proposal.comments.length === 0 && <Empty text={t(R.noComments)} />}
      {proposal.comments.map((one) => (
        <One key={one.id} comment={one} act={act} mayAnswer={open && may("standards.write")} />
      ))}
      {open && may("standards.comment") && (
        <Form
          form={form}
          layout="vertical"
          onFinish={async ({ text, place }) => {
            await act(`${proposal.id}/comments`, { text, place: place ?? "" });
            form.resetFields();
          }}
        >
          <Form.Item name="text" rules={[{ required: true, whitespace: true, message: "" }]}>
            <Input.TextArea rows={3} placeholder={t(R.saying)} maxLength={4000} />
          </Form.Item>
          <span className="row">
            <Form.Item name="place" noStyle>
              <Input placeholder={t(R.place)} style={{ width: 260 }} maxLength={200} />
            </Form.Item>
            <Button htmlType="submit">{t(R.say)}</Button>
          </span>
        </Form>
      )}
    </div>
  );
}

function One({ comment, act, mayAnswer }: { comment: Comment; act: Act; mayAnswer: boolean }) {
  const t = useT();
  const [text, setText] = useState("");
  return (
    <div className="standards-comment">
      <div>
        <b>{comment.author}</b> {comment.institution && <OrgName code={comment.institution} />}{" "}
        <span className="faint num">{formatMinute(comment.created_at)}</span>{" "}
        {comment.place && <Tag className="mono">{comment.place}</Tag>}
      </div>
      <div>{comment.text}</div>
      {comment.outcome ? (
        <div className="muted">
          <Tag color={OUTCOMES[comment.outcome]}>{t(R[comment.outcome])}</Tag>
          {comment.answer} <span className="faint">{comment.answered_by}</span>
        </div>
      ) : (
        mayAnswer && (
          <span className="row">
            <Input
              size="small"
              style={{ width: 300 }}
              placeholder={t(R.answer)}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            {(["adopted", "partly", "declined"] as const).map((outcome) => (
              <Button
                key={outcome}
                size="small"
                onClick={() => act(`comments/${comment.id}/answer`, { outcome, answer: text })}
              >
                {t(R[outcome])}
              </Button>
            ))}
          </span>
        )
      )}
    </div>
  );
}
