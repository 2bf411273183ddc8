import { App, Form, Modal } from "antd";
import { useState } from "react";
import { ApiError, api } from "../client";
import { FieldInput, type FieldSpec } from "../fields";
import { roomKind } from "../fields/rooms";
import { useSaid, useT } from "../i18n";
import { K } from "../messages";
import { useExplain } from "../state";
import type { ResourceSpec, Row } from "./types";

interface Props {
  spec: ResourceSpec;
  row: Row | null;
  onClose: () => void;
  onSaved: () => void;
}

/** What the form holds → what the API takes: JSON text parsed, untouched empty fields left out, emptied ones null. */
export function formBody(fields: FieldSpec[], values: Row): Row {
  const body: Row = {};
  for (const field of fields) {
    const value = values[field.name];
    if (value === undefined) {
      continue;
    }
    const emptied = value === "" && !field.required && typeof field.default !== "string";
    body[field.name] =
      field.kind === "json" && typeof value === "string" ? (value ? JSON.parse(value) : null) : emptied ? null : value;
  }
  return body;
}

/** What the API takes where a new row says nothing. */
function defaults(fields: FieldSpec[]): Row {
  return Object.fromEntries(fields.flatMap((field) => (field.default == null ? [] : [[field.name, field.default]])));
}

/** Kinds whose input takes the whole width of a wide form. */
const LONG = new Set(["json", "textarea"]);

/** Whether a field is asked for, as the others stand. */
export function isAsked(field: FieldSpec, values: Row): boolean {
  return !field.when || field.when.values.includes(String(values[field.when.field]));
}

function isJson(value: unknown): boolean {
  try {
    return typeof value !== "string" || value === "" || JSON.parse(value) !== undefined;
  } catch {
    return false;
  }
}

/** Create (`row` null) or edit a row; the server's field errors stand at their fields. */
export function ResourceForm({ spec, row, onClose, onSaved }: Props) {
  const t = useT();
  const said = useSaid();
  const { message } = App.useApp();
  const explain = useExplain();
  const [form] = Form.useForm<Row>();
  const [saving, setSaving] = useState(false);
  const typed = Form.useWatch([], form) as Row | undefined;
  const every = (row ? spec.update : spec.create) ?? [];
  const fields = every.filter((field) => isAsked(field, { ...defaults(every), ...row, ...typed }));
  const wide = every.some((field) => roomKind(field.kind)?.wide);
  const label = (field: FieldSpec) => said(field.label, field.label_en);

  const save = async (values: Row) => {
    setSaving(true);
    try {
      const body = formBody(fields, values);
      await (row
        ? api.patch(`${spec.path}/${encodeURIComponent(String(row[spec.key]))}`, body)
        : api.post(spec.path, body));
      message.success(t(K.saved));
      onSaved();
    } catch (error) {
      const problems = error instanceof ApiError ? error.fields : [];
      const known = problems
        .map((one) => ({ name: one.field.split(".").at(-1) ?? "", errors: [said(one.message, one.message_en)] }))
        .filter((one) => fields.some((field) => field.name === one.name));
      form.setFields(known);
      if (known.length === 0) {
        const { title, detail } = explain(error);
        message.error([title, detail].filter(Boolean).join("："));
      }
    } finally {
      setSaving(false);
    }
  };

  return (
    <Modal
      open
      title={`${t(row ? K.edit : K.create)} · ${said(spec.title, spec.title_en)}`}
      okText={t(K.save)}
      width={wide ? 860 : undefined}
      confirmLoading={saving}
      onOk={() => form.submit()}
      onCancel={onClose}
      mask={{ closable: false }}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={row ?? defaults(every)}
        onFinish={save}
        className={wide ? "form-pairs" : undefined}
        style={{ paddingTop: 8 }}
      >
        {fields.map((field) => (
          <Form.Item
            key={field.name}
            name={field.name}
            className={roomKind(field.kind)?.wide || LONG.has(field.kind) ? "whole" : undefined}
            label={label(field)}
            extra={said(field.help, field.help_en) || undefined}
            rules={[
              { required: field.required && field.kind !== "switch", message: t(K.required, { label: label(field) }) },
              ...(field.kind === "json"
                ? [
                    {
                      validator: async (_: unknown, value: unknown) =>
                        isJson(value) ? undefined : Promise.reject(new Error("JSON")),
                    },
                  ]
                : []),
            ]}
          >
            <FieldInput field={field} />
          </Form.Item>
        ))}
      </Form>
    </Modal>
  );
}
