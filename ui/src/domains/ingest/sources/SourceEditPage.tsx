import { ApiOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Collapse, Form, Input, Select } from "antd";
import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { ApiError, api } from "@/kernel/client";
import { FieldInput, type FieldSpec } from "@/kernel/fields";
import { OrgChoice } from "@/kernel/fields/FieldInput";
import { useLanguage, useSaid, useT, useTitle } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { K } from "@/kernel/messages";
import "../ingest.css";
import { QueryView, useExplain } from "@/kernel/state";
import type { ConnectionReport } from "../types";
import { S } from "./messages";
import { C } from "./messagesChanges";
import { useConnectors, useDocument } from "./queries";
import type { Connector, SourceDocument, SourceInfo } from "./types";

/** Make a source, or change one: whose it is, how it is reached; the connection is tried before it is kept. */
export function SourceEditPage() {
  const { code } = useParams();
  const connectors = useConnectors();
  const document = useDocument(code ?? "", code !== undefined);
  return (
    <QueryView query={connectors}>
      {(kinds) =>
        code === undefined ? (
          <SourceForm connectors={kinds} />
        ) : (
          <QueryView query={document}>
            {(stored) => <SourceForm key={code} connectors={kinds} stored={stored.source} />}
          </QueryView>
        )
      }
    </QueryView>
  );
}

interface Values {
  code: string;
  title: string;
  org_code: string;
  system?: string;
  connector: string;
  options: Record<string, unknown>;
}

function SourceForm({ connectors, stored }: { connectors: Connector[]; stored?: SourceInfo }) {
  const t = useT();
  const { language } = useLanguage();
  const title = useTitle();
  const explain = useExplain();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState<"test" | "save" | null>(null);
  const [outcome, setOutcome] = useState<{ ok: boolean; text: string } | null>(null);
  const chosen = Form.useWatch("connector", form) ?? stored?.connector ?? connectors[0]?.name;
  const connector = connectors.find((one) => one.name === chosen);
  const [search] = useSearchParams();
  const begun = { system: search.get("system") ?? undefined, title: search.get("title") ?? undefined };
  const back = stored ? `/ingest/sources/${stored.code}` : "/ingest/sources";

  const attempt = async (what: "test" | "save", work: (info: SourceInfo) => Promise<void>) => {
    setOutcome(null);
    let values: Values;
    try {
      values = await form.validateFields();
    } catch {
      return;
    }
    setBusy(what);
    try {
      const options = optionsOf(connector, values.options ?? {});
      await work({ ...values, system: values.system ?? "", options } as SourceInfo);
    } catch (error) {
      const known = error instanceof ApiError ? fieldErrors(error, connector) : [];
      form.setFields(known as never);
      const { title: head, detail } = explain(error);
      setOutcome({ ok: false, text: [head, detail].filter(Boolean).join("：") });
    } finally {
      setBusy(null);
    }
  };
  const test = () =>
    attempt("test", async (info) => {
      const body = { connector: info.connector, options: info.options, source: stored?.code ?? null };
      const { server, tables, obstacles } = await api.post<ConnectionReport>("/api/ingest/connections/test", body);
      const told = t(S.testOk, { server, count: tables.length });
      const hints = (obstacles ?? [])
        .filter((one) => one.level === "error")
        .map((one) => (language === "en" ? one.text_en : one.text));
      const log = hints.length ? t(C.notLog, { text: hints.join("；") }) : "";
      setOutcome({ ok: true, text: [told, log].filter(Boolean).join("。") });
    });
  const save = () =>
    attempt("save", async (info) => {
      await api.put<SourceDocument>(`/api/ingest/sources/${info.code}`, info);
      message.success(t(S.saved));
      await cache.invalidateQueries({ queryKey: ["ingest"] });
      navigate(`/ingest/sources/${info.code}`);
    });

  return (
    <>
      <PageHead
        back={{ to: back, label: t(S.sources) }}
        title={
          <>
            {t(stored ? S.editSource : S.newSource)}
            {stored && <span className="faint mono">{stored.code}</span>}
          </>
        }
      />
      <Form
        form={form}
        layout="vertical"
        className="stack source-form"
        initialValues={{
          connector: chosen,
          ...begun,
          ...stored,
          options: { ...defaultsOf(connector), ...stored?.options },
        }}
      >
        <Section title={t(S.basics)}>
          <div className="form-grid">
            <Form.Item
              name="title"
              label={t(S.name)}
              rules={[{ required: true, message: t(K.required, { label: t(S.name) }) }]}
            >
              <Input />
            </Form.Item>
            <Form.Item
              name="code"
              label={t(S.code)}
              extra={stored ? undefined : t(S.codeHelp)}
              rules={[{ required: true, pattern: /^[a-z][a-z0-9_]{0,39}$/, message: t(S.codeRule) }]}
            >
              <Input className="mono" disabled={stored !== undefined} />
            </Form.Item>
            <Form.Item
              name="org_code"
              label={t(S.institution)}
              rules={[{ required: true, message: t(K.required, { label: t(S.institution) }) }]}
            >
              <OrgChoice />
            </Form.Item>
            <Form.Item name="system" label={t(S.system)} extra={t(S.systemHelp)}>
              <Input />
            </Form.Item>
          </div>
        </Section>
        <Section title={t(S.connection)}>
          <div className="form-grid">
            <Form.Item name="connector" label={t(S.connector)} rules={[{ required: true }]}>
              <Select
                options={connectors.map((one) => ({ value: one.name, label: title(one) }))}
                onChange={(name: string) => {
                  setOutcome(null);
                  form.setFieldValue("options", defaultsOf(connectors.find((one) => one.name === name)));
                }}
              />
            </Form.Item>
          </div>
          {connector && <OptionFields key={connector.name} connector={connector} stored={stored} />}
          {outcome && (
            <Alert
              type={outcome.ok ? "success" : "error"}
              showIcon
              title={outcome.text}
              style={{ marginBottom: 12, maxWidth: 760 }}
            />
          )}
          <div className="row">
            <Button icon={<ApiOutlined />} loading={busy === "test"} onClick={test}>
              {t(S.test)}
            </Button>
            <span className="grow" />
            <Button onClick={() => navigate(back)}>{t(S.cancel)}</Button>
            <Button type="primary" loading={busy === "save"} onClick={save}>
              {t(S.save)}
            </Button>
          </div>
        </Section>
      </Form>
    </>
  );
}

/** The connector's own settings; what most sources leave alone is folded away. */
function OptionFields({ connector, stored }: { connector: Connector; stored?: SourceInfo }) {
  const t = useT();
  const said = useSaid();
  const first = connector.form.filter(isFirst);
  const rest = connector.form.filter((field) => !isFirst(field));
  const item = (field: FieldSpec) => {
    const label = said(field.label, field.label_en);
    const kept =
      field.kind === "password" && stored?.connector === connector.name && field.name in (stored.options ?? {});
    return (
      <Form.Item
        key={field.name}
        name={["options", field.name]}
        label={label}
        extra={kept ? t(S.kept) : said(field.help, field.help_en) || undefined}
        rules={[{ required: field.required, message: t(K.required, { label }) }]}
      >
        <FieldInput field={field} />
      </Form.Item>
    );
  };
  return (
    <>
      <div className="form-grid">{first.map(item)}</div>
      {rest.length > 0 && (
        <Collapse
          ghost
          size="small"
          className="form-more"
          items={[
            {
              key: "more",
              label: t(S.more),
              forceRender: true,
              children: <div className="form-grid">{rest.map(item)}</div>,
            },
          ]}
        />
      )}
    </>
  );
}

const isFirst = (field: FieldSpec) =>
  field.required ||
  ["password", "ingest-tables", "ingest-calls"].includes(field.kind) ||
  ["port", "user"].includes(field.name);

function defaultsOf(connector: Connector | undefined): Record<string, unknown> {
  const given = (connector?.form ?? []).filter((field) => field.default !== null && field.default !== undefined);
  return Object.fromEntries(given.map((field) => [field.name, field.default]));
}

/** What the form holds → the options to keep: empty ones left out, JSON text read, "true" of a choice a truth. */
function optionsOf(connector: Connector | undefined, values: Record<string, unknown>): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const field of connector?.form ?? []) {
    const value = values[field.name];
    if (value === undefined || value === null || value === "" || value === field.default) {
      if (value !== "" || !field.default) {
        continue;
      }
    }
    options[field.name] =
      ["json", "ingest-tables", "ingest-calls"].includes(field.kind) && typeof value === "string"
        ? JSON.parse(value)
        : value === "true" || value === "false"
          ? value === "true"
          : value;
  }
  return options;
}

/** "option path: …" of the server's answer, at the field it speaks of. */
function fieldErrors(error: ApiError, connector: Connector | undefined) {
  return (connector?.form ?? [])
    .map((field) => ({ field, found: error.problem.detail.match(new RegExp(`option ${field.name}: ([^;]*)`)) }))
    .filter((one) => one.found)
    .map(({ field, found }) => ({ name: ["options", field.name], errors: [found?.[1] ?? ""] }));
}
