import { ImportOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input, Modal, Segmented, Table, Tag } from "antd";
import { useState } from "react";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import type { InputProps } from "@/kernel/fields/rooms";
import { useT } from "@/kernel/i18n";
import { Refused } from "@/kernel/state";
import { jsonOf, tableName, textOf } from "./declared";
import { W } from "./messagesWsdl";

type Operation = components["schemas"]["WsdlOperationInfo"];

/** Declared tables as JSON. */
export function TablesInput({ id, value, onChange }: InputProps) {
  return (
    <Input.TextArea
      id={id}
      className="mono"
      spellCheck={false}
      autoSize={{ minRows: 3, maxRows: 14 }}
      value={textOf(value)}
      onChange={(event) => onChange?.(jsonOf(event.target.value))}
    />
  );
}

/** The calls of a web service as JSON; operations of a WSDL are put among them. */
export function CallsInput(props: InputProps) {
  const t = useT();
  const form = Form.useFormInstance();
  const [open, setOpen] = useState(false);
  const take = (operation: Operation) => {
    const held = typeof props.value === "object" && props.value !== null ? props.value : {};
    props.onChange?.({ ...held, [tableName(operation.name)]: operation.call });
    form.setFieldValue(["options", "url"], operation.address);
    setOpen(false);
  };
  return (
    <div className="stack">
      <TablesInput {...props} />
      <div>
        <Button size="small" icon={<ImportOutlined />} onClick={() => setOpen(true)}>
          {t(W.import)}
        </Button>
      </div>
      {open && <WsdlModal onTake={take} onClose={() => setOpen(false)} />}
    </div>
  );
}

/** A WSDL by address or text, and its operations to choose from. */
function WsdlModal({ onTake, onClose }: { onTake: (operation: Operation) => void; onClose: () => void }) {
  const t = useT();
  const [way, setWay] = useState<"address" | "text">("address");
  const [given, setGiven] = useState("");
  const read = useMutation({
    mutationFn: () => api.post<components["schemas"]["WsdlInfo"]>("/api/ingest/wsdl", { [way]: given }),
  });
  return (
    <Modal open width={860} title={t(W.import)} footer={null} onCancel={onClose}>
      <div className="stack">
        <Segmented
          value={way}
          onChange={(chosen) => {
            setWay(chosen as "address" | "text");
            setGiven("");
          }}
          options={[
            { value: "address", label: t(W.address) },
            { value: "text", label: t(W.text) },
          ]}
        />
        {way === "address" ? (
          <Input
            aria-label={t(W.address)}
            className="mono"
            placeholder="https://his.example.cn/service?wsdl"
            value={given}
            onChange={(event) => setGiven(event.target.value)}
          />
        ) : (
          <Input.TextArea
            aria-label={t(W.text)}
            className="mono"
            autoSize={{ minRows: 4, maxRows: 10 }}
            value={given}
            onChange={(event) => setGiven(event.target.value)}
          />
        )}
        <div>
          <Button type="primary" disabled={!given} loading={read.isPending} onClick={() => read.mutate()}>
            {t(W.read)}
          </Button>
        </div>
        {read.error && <Refused error={read.error} />}
        {read.data && (
          <Table<Operation>
            size="small"
            rowKey="name"
            dataSource={read.data.operations}
            pagination={false}
            expandable={{ expandedRowRender: (one) => <pre className="json">{String(one.call.body)}</pre> }}
            columns={[
              { title: t(W.operation), dataIndex: "name", className: "mono" },
              { title: "SOAP", dataIndex: "version" },
              { title: t(W.inputs), key: "inputs", render: (_, one) => <Fields of={one.inputs} /> },
              { title: t(W.outputs), key: "outputs", render: (_, one) => <Fields of={one.outputs} /> },
              {
                key: "take",
                align: "right",
                render: (_, one) => (
                  <Button size="small" onClick={() => onTake(one)}>
                    {t(W.take)}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </div>
    </Modal>
  );
}

function Fields({ of }: { of: Operation["inputs"] }) {
  const leaves = of.filter((one) => one.leaf);
  return (
    <span className="row" style={{ flexWrap: "wrap", gap: 4 }}>
      {leaves.slice(0, 12).map((one) => (
        <Tag key={one.path} title={`${one.path} ${one.type}`} style={{ marginInlineEnd: 0 }}>
          {one.path.split("/").at(-1)}
          {one.required ? " *" : ""}
        </Tag>
      ))}
      {leaves.length > 12 && <span className="faint">+{leaves.length - 12}</span>}
    </span>
  );
}
