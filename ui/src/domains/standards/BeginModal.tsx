import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Form, Input, Modal, Select } from "antd";
import { useNavigate } from "react-router";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { Refused } from "@/kernel/state";
import { KINDS } from "./messages";
import { R } from "./messages_revising";
import { useBranch } from "./queries";
import type { ItemKey, Kind, Proposal } from "./types";

type Operation = "create" | "change" | "retire" | "review";
interface Values {
  kind: Kind;
  code: string;
  operation: Operation;
  reason: string;
}
interface Props {
  item?: ItemKey;
  operation?: Operation;
  onClose: () => void;
}

const OPERATIONS = { create: R.create, change: R.revise, retire: R.retire, review: R.review };

/** Begin a proposal: for a new item, or for one in force. */
export function BeginModal({ item, operation, onClose }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const begin = useMutation({
    mutationFn: (values: Values) => api.post<Proposal>("/api/standards/proposals", values),
    onSuccess: ({ id }) => {
      client.invalidateQueries({ queryKey: ["standards"] });
      navigate(`/standards/proposals/${id}`);
    },
  });
  const kind = Form.useWatch("kind", form) ?? item?.kind ?? "value_set";
  const chosen = Form.useWatch("operation", form) ?? operation ?? "change";
  const items = useBranch(kind, undefined, !item && chosen !== "create");
  return (
    <Modal
      open
      title={t(R.begin)}
      okText={t(R.ok)}
      confirmLoading={begin.isPending}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ kind, code: item?.code, operation: chosen }}
        onFinish={(values) => begin.mutate({ ...item, ...values })}
      >
        <Form.Item name="operation" label={t(R.operation)}>
          <Select
            disabled={Boolean(operation)}
            options={Object.entries(OPERATIONS).map(([value, word]) => ({ value, label: t(word) }))}
          />
        </Form.Item>
        {!item && (
          <Form.Item name="kind" label={t(R.kind)}>
            <Select options={Object.entries(KINDS).map(([value, word]) => ({ value, label: t(word) }))} />
          </Form.Item>
        )}
        <Form.Item name="code" label={t(R.code)} rules={[{ required: true, whitespace: true, message: "" }]}>
          {item || chosen === "create" ? (
            <Input disabled={Boolean(item)} maxLength={200} />
          ) : (
            <Select
              showSearch={{ optionFilterProp: "label" }}
              loading={items.isFetching}
              options={items.data?.map((one) => ({ value: one.code, label: `${one.code} ${one.title}` }))}
            />
          )}
        </Form.Item>
        <Form.Item name="reason" label={t(R.reason)} rules={[{ required: true, whitespace: true, message: "" }]}>
          <Input.TextArea rows={3} maxLength={4000} />
        </Form.Item>
      </Form>
      {begin.error && <Refused error={begin.error} />}
    </Modal>
  );
}
