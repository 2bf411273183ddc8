import { Button, DatePicker, Form, Input, Modal, Table } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { OrgChoice } from "@/kernel/fields/FieldInput";
import { formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import type { MigrationReport } from "../types";
import { useStep } from "./actions";
import { T } from "./messages";

type Code = MigrationReport["unassigned"][number];
interface Given {
  title: string;
  org_code?: string;
  until?: Dayjs | null;
  reason?: string;
}

/** The codes of the platform that are nobody's yet: given to an institution, or left behind for a reason. */
export function Codes({ report }: { report: MigrationReport }) {
  const t = useT();
  const may = useMay();
  const [chosen, setChosen] = useState<string[]>([]);
  const [leaving, setLeaving] = useState<boolean | null>(null);
  const count = chosen.length;
  return (
    <Section
      title={t(T.unassigned)}
      hint={t(T.unassignedHint)}
      extra={
        may("ingest.write") && (
          <span className="row">
            <Button size="small" disabled={count === 0} onClick={() => setLeaving(true)}>
              {t(T.leave, { count })}
            </Button>
            <Button size="small" type="primary" disabled={count === 0} onClick={() => setLeaving(false)}>
              {t(T.assign, { count })}
            </Button>
          </span>
        )
      }
    >
      <Table<Code>
        size="small"
        rowKey="code"
        dataSource={report.unassigned}
        pagination={{ pageSize: 10, hideOnSinglePage: true }}
        rowSelection={{ selectedRowKeys: chosen, onChange: (keys) => setChosen(keys as string[]) }}
        columns={[
          {
            title: t(T.code),
            dataIndex: "code",
            sorter: (one, other) => one.code.localeCompare(other.code),
            render: (code: string) =>
              code === "" ? <span className="faint">{t(T.noCode)}</span> : <span className="mono">{code}</span>,
          },
          {
            title: t(T.rows),
            dataIndex: "rows",
            align: "right",
            className: "num",
            sorter: (one, other) => one.rows - other.rows,
            render: (rows: number) => formatNumber(rows),
          },
        ]}
      />
      {leaving !== null && (
        <Assign
          report={report}
          codes={chosen}
          leaving={leaving}
          onClose={(given) => {
            setLeaving(null);
            if (given) {
              setChosen([]);
            }
          }}
        />
      )}
    </Section>
  );
}

interface AssignProps {
  report: MigrationReport;
  codes: string[];
  leaving: boolean;
  onClose: (given: boolean) => void;
}

function Assign({ report, codes, leaving, onClose }: AssignProps) {
  const t = useT();
  const [form] = Form.useForm<Given>();
  const step = useStep(() => onClose(true));
  const send = (given: Given) => {
    const part = leaving
      ? { title: given.title, codes, reason: given.reason }
      : { title: given.title, codes, org_code: given.org_code, until: given.until?.format("YYYY-MM-DD") ?? null };
    step.mutate({ path: `migrations/${report.migration.id}/parts`, what: given.title, body: { parts: [part] } });
  };
  return (
    <Modal
      open
      title={t(leaving ? T.leave : T.assign, { count: codes.length })}
      okButtonProps={{ loading: step.isPending }}
      onOk={() => form.submit()}
      onCancel={() => onClose(false)}
    >
      <p className="mono">{codes.map((code) => code || t(T.noCode)).join("、")}</p>
      <Form<Given> form={form} layout="vertical" onFinish={send}>
        <Form.Item name="title" label={t(T.title)} rules={[{ required: true }]}>
          <Input maxLength={100} />
        </Form.Item>
        {leaving ? (
          <Form.Item name="reason" label={t(T.reason)} rules={[{ required: true }]}>
            <Input.TextArea maxLength={500} rows={2} />
          </Form.Item>
        ) : (
          <>
            <Form.Item name="org_code" label={t(T.org)} rules={[{ required: true }]}>
              <OrgChoice />
            </Form.Item>
            <Form.Item name="until" label={t(T.until)} extra={t(T.untilHint)}>
              <DatePicker />
            </Form.Item>
          </>
        )}
      </Form>
    </Modal>
  );
}
