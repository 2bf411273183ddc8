import { CheckCircleFilled, PlusOutlined } from "@ant-design/icons";
import { Button, DatePicker, Form, Input, Timeline } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { formatDate, formatMinute } from "@/kernel/format";
import { type Message, useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { ACTION, R, STAGE } from "./messages_revising";
import type { Act } from "./ProposalPage";
import type { Proposal } from "./types";

interface Values {
  title: string;
  assignee: string;
  due?: Dayjs;
}

/** What people are to do for a proposal. */
export function Tasks({ proposal, act }: { proposal: Proposal; act: Act }) {
  const t = useT();
  const may = useMay();
  const [form] = Form.useForm<Values>();
  const [adding, setAdding] = useState(false);
  const open = proposal.next.length > 0 && may("standards.write");
  const assign = async (values: Values) => {
    await act(`${proposal.id}/tasks`, { ...values, due: values.due?.format("YYYY-MM-DD") ?? null });
    form.resetFields();
    setAdding(false);
  };
  return (
    <Section
      title={t(R.tasks)}
      extra={
        open && (
          <Button type="text" size="small" icon={<PlusOutlined />} onClick={() => setAdding(!adding)}>
            {t(R.addTask)}
          </Button>
        )
      }
    >
      {adding && (
        <Form form={form} layout="vertical" requiredMark={false} onFinish={assign}>
          <Form.Item name="title" rules={[{ required: true, whitespace: true, message: "" }]}>
            <Input placeholder={t(R.task)} maxLength={200} />
          </Form.Item>
          <span className="row">
            <Form.Item name="assignee" rules={[{ required: true, whitespace: true, message: "" }]}>
              <Input placeholder={t(R.assignee)} maxLength={200} />
            </Form.Item>
            <Form.Item name="due">
              <DatePicker placeholder={t(R.due)} />
            </Form.Item>
            <Form.Item>
              <Button type="primary" htmlType="submit">
                {t(R.ok)}
              </Button>
            </Form.Item>
          </span>
        </Form>
      )}
      {proposal.tasks.length === 0 && !adding && <span className="faint">{t(R.noTasks)}</span>}
      {proposal.tasks.map((task) => (
        <div key={task.id} className="standards-task">
          <span>
            {task.title}
            <span className="faint">
              {" "}
              {task.assignee} {task.due && formatDate(task.due)}
            </span>
          </span>
          {task.done_at ? (
            <span className="good nowrap">
              <CheckCircleFilled /> {t(R.doneBy, { who: task.done_by ?? "" })}
            </span>
          ) : (
            open && (
              <Button size="small" onClick={() => act(`tasks/${task.id}/done`)}>
                {t(R.done)}
              </Button>
            )
          )}
        </div>
      ))}
    </Section>
  );
}

/** Who did what, the newest first. */
export function History({ proposal }: { proposal: Proposal }) {
  const t = useT();
  const words = { ...STAGE, ...ACTION } as Record<string, Message | undefined>;
  const wordOf = (action: string) => {
    const word = words[action];
    return word ? t(word) : action;
  };
  return (
    <Section title={t(R.history)}>
      <Timeline
        items={proposal.activities.toReversed().map((one) => ({
          key: one.at,
          content: (
            <>
              <b>{wordOf(one.action)}</b> {one.by} <span className="faint num nowrap">{formatMinute(one.at)}</span>
              {one.detail && <div className="muted standards-detail">{one.detail}</div>}
            </>
          ),
        }))}
      />
    </Section>
  );
}
