import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Drawer, Form, Input, Segmented, Space } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useEffect, useState } from "react";
import { ApiError, api } from "@/kernel/client";
import { FieldInput, type FieldSpec } from "@/kernel/fields";
import { OrgChoice } from "@/kernel/fields/FieldInput";
import { useSaid, useT, useTitle } from "@/kernel/i18n";
import { K } from "@/kernel/messages";
import { useChanged } from "@/kernel/resource/api";
import { useSession } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { M } from "./messages";
import { useKinds } from "./queries";
import type { Checked, Operation, Registration } from "./types";
import "./orgs.css";

type Values = Record<string, unknown>;
interface Props {
  /** The application to go on with; else a new one. */
  registration?: Registration;
  onClose: () => void;
  onDone: (registration: Registration) => void;
}

const PATH = "/api/orgs/registrations";
const OPERATIONS: Operation[] = ["register", "change", "cancel"];
/** Rest after the last key before the form is looked at. */
const PAUSE_MS = 400;

/** What the form says of a thing: its keys, and of a change only what differs from what stands. */
function contentOf(fields: FieldSpec[], keys: string[], values: Values, present: Values | null): Values {
  const content: Values = {};
  for (const { name, masked } of fields) {
    const value = values[name] === undefined || values[name] === "" ? null : values[name];
    const same = present ? (present[name] ?? null) === value : value === null;
    if (keys.includes(name) || !(same || (masked && value === null))) {
      content[name] = value;
    }
  }
  return content;
}

/** An application by form: mistakes stand at their fields while it is filled in, duplicates above the buttons. */
export function ApplyDrawer({ registration, onClose, onDone }: Props) {
  const t = useT();
  const title = useTitle();
  const explain = useExplain();
  const forget = useChanged();
  const said = useSaid();
  const { message } = App.useApp();
  const own = useSession().data?.scope.orgs;
  const only = own?.length === 1 ? own[0] : undefined;
  const [form] = Form.useForm<Values>();
  const kinds = useKinds().data ?? [];
  const [kindCode, setKind] = useState(registration?.kind ?? "department");
  const [operation, setOperation] = useState<Operation>((registration?.operation as Operation) ?? "register");
  const [head, setHead] = useState({
    org_code: registration?.org_code ?? only ?? "",
    number: "",
    note: "",
    day: registration?.effective_from ? dayjs(registration.effective_from) : (null as Dayjs | null),
  });
  const [typed, setTyped] = useState<Values>({});
  const [looked, setLooked] = useState<Values | null>(registration ? {} : null);
  const [refused, setRefused] = useState<{ fields: Record<string, string>; rest: string[] }>({ fields: {}, rest: [] });
  const [busy, setBusy] = useState(false);
  const kind = kinds.find((one) => one.code === kindCode);
  const fields = kind?.forms[operation] ?? [];
  const keys = kind?.keys ?? [];

  // Looked at once typing rests, so that not every key asks the server.
  useEffect(() => {
    const timer = window.setTimeout(() => setLooked(typed), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  const check = useQuery({
    queryKey: ["orgs", "check", kindCode, operation, head.org_code, looked],
    queryFn: () =>
      api.post<Checked>(`${PATH}/check`, {
        kind: kindCode,
        operation,
        content: looked ?? {},
        org_code: kind?.org_field ? "" : head.org_code,
        id: registration?.id ?? null,
      }),
    enabled: Boolean(kind && looked && keys.some((name) => looked[name])),
    retry: false,
    gcTime: 0,
  });
  const present = operation === "change" ? (check.data?.present ?? null) : null;
  useEffect(() => {
    if (present) {
      const drafted = registration?.content ?? {};
      const filled = fields.filter(
        ({ name, masked }) => name in present && !masked && !(name in drafted) && !form.isFieldTouched(name),
      );
      form.setFieldsValue(Object.fromEntries(filled.map(({ name }) => [name, present[name]])));
    }
  }, [present, fields, form, registration]);

  const wrong = new Map([
    ...(check.data?.problems ?? []).map((one): [string, string] => [one.field, said(one.reason, one.reason_en)]),
    ...Object.entries(refused.fields),
  ]);
  const rest = [wrong.get(""), ...refused.rest].filter(Boolean);
  const send = async (submit: boolean) => {
    setBusy(true);
    setRefused({ fields: {}, rest: [] });
    const content = contentOf(fields, keys, form.getFieldsValue(true), present);
    const common = { content, effective_from: head.day?.format("YYYY-MM-DD") ?? null, note: head.note, submit };
    try {
      const done = registration
        ? await api.put<Registration>(`${PATH}/${registration.id}`, common)
        : await api.post<Registration>(PATH, {
            ...common,
            kind: kindCode,
            operation,
            org_code: kind?.org_field ? "" : head.org_code,
            number: head.number || null,
          });
      message.success(t(submit ? M.submitted : M.kept));
      await forget(PATH);
      onDone(done);
    } catch (error) {
      const wrongs = error instanceof ApiError ? error.fields : [];
      const told = wrongs.map((one): [string, string] => [one.field, said(one.message, one.message_en)]);
      const here = told.filter(([name]) => fields.some((field) => field.name === name));
      const others = told.filter((one) => !here.includes(one)).map(([, text]) => text);
      setRefused({
        fields: Object.fromEntries(here),
        rest: told.length > 0 ? others : [explain(error).detail || explain(error).title],
      });
    } finally {
      setBusy(false);
    }
  };
  const start = (code: string, next: Operation) => {
    setKind(code);
    setOperation(next);
    setRefused({ fields: {}, rest: [] });
  };
  return (
    <Drawer
      open
      size={720}
      title={t(registration ? M.edit : M.apply)}
      onClose={onClose}
      footer={
        <Space>
          <Button loading={busy} onClick={() => send(false)}>
            {t(M.draft)}
          </Button>
          <Button type="primary" loading={busy} onClick={() => send(true)}>
            {t(M.submit)}
          </Button>
        </Space>
      }
    >
      <div className="stack">
        <span className="row">
          <Segmented
            disabled={Boolean(registration)}
            value={kindCode}
            onChange={(code) => start(code, operation)}
            options={kinds.map((one) => ({ value: one.code, label: title(one) }))}
          />
          <Segmented
            disabled={Boolean(registration)}
            value={operation}
            onChange={(next) => start(kindCode, next)}
            options={OPERATIONS.map((one) => ({ value: one, label: t(M[one]) }))}
          />
        </span>
        {kind && (
          <Form
            key={`${kindCode} ${operation}`}
            form={form}
            layout="vertical"
            clearOnDestroy
            initialValues={{
              ...(kind.org_field && only ? { [kind.org_field]: only } : {}),
              ...Object.fromEntries(
                Object.entries(registration?.content ?? {}).filter(
                  ([name]) => !fields.find((field) => field.name === name)?.masked,
                ),
              ),
            }}
            onValuesChange={(_, values) => {
              setTyped({ ...values });
              setRefused({ fields: {}, rest: [] });
            }}
          >
            <div className="registry-form">
              {!kind.org_field && (
                <Form.Item label={t(M.applicant)} extra={t(M.platform)}>
                  <OrgChoice
                    value={head.org_code || undefined}
                    onChange={(value) => setHead({ ...head, org_code: String(value ?? "") })}
                  />
                </Form.Item>
              )}
              {fields.map((field) => (
                <Form.Item
                  key={field.name}
                  name={field.name}
                  required={field.required}
                  label={said(field.label, field.label_en)}
                  validateStatus={wrong.has(field.name) ? "error" : undefined}
                  help={wrong.get(field.name)}
                  extra={
                    field.masked && (registration?.content[field.name] || present?.[field.name])
                      ? t(M.maskedHint)
                      : said(field.help, field.help_en) || undefined
                  }
                >
                  <FieldInput field={field} />
                </Form.Item>
              ))}
            </div>
          </Form>
        )}
        {operation !== "register" && check.data && !check.data.present && keys.every((name) => looked?.[name]) && (
          <span className="faint">{t(M.nothingThere)}</span>
        )}
        <div className="registry-form">
          <Form.Item label={t(M.effective)} layout="vertical">
            <DatePicker
              style={{ width: "100%" }}
              value={head.day}
              minDate={dayjs().startOf("day")}
              onChange={(day: Dayjs | null) => setHead({ ...head, day })}
            />
          </Form.Item>
          {!registration && (
            <Form.Item label={t(M.number)} layout="vertical">
              <Input
                maxLength={100}
                value={head.number}
                onChange={(event) => setHead({ ...head, number: event.target.value })}
              />
            </Form.Item>
          )}
        </div>
        <Form.Item label={t(M.note)} layout="vertical">
          <Input.TextArea
            maxLength={1000}
            autoSize={{ minRows: 2 }}
            value={head.note}
            onChange={(event) => setHead({ ...head, note: event.target.value })}
          />
        </Form.Item>
        <Doubles checked={check.data} />
        {rest.length > 0 && <Alert type="error" title={t(M.mistakes)} description={rest.join(t(M.semicolon))} />}
        {check.error && <Alert type="error" title={explain(check.error).detail || t(K.retry)} />}
      </div>
    </Drawer>
  );
}

/** What is registered already and may be the same. */
export function Doubles({ checked }: { checked: Pick<Checked, "similar"> | undefined }) {
  const t = useT();
  const said = useSaid();
  if (!checked || checked.similar.length === 0) {
    return null;
  }
  const lines = checked.similar.map((one) =>
    [one.target, one.title, said(one.reason, one.reason_en)].filter(Boolean).join(" "),
  );
  return <Alert type="warning" title={t(M.similar)} description={lines.join(t(M.semicolon))} />;
}
