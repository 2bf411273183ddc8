import { Button, Form, Input, InputNumber, Segmented, Select, Switch } from "antd";
import type { ReactNode } from "react";
import type { InputProps } from "@/kernel/fields/rooms";
import { NOTHING } from "@/kernel/format";
import { type Message, useT } from "@/kernel/i18n";
import { EXAMPLES, headersOf, headerText, keyText, kindOf, type Told } from "./delivery";
import { D } from "./messages";
import "../ingest.css";

/** How a distribution is told by messages, as it is kept. */
export function Delivery({ value }: { value: unknown }) {
  const t = useT();
  const { body, record, ...rest } = (value ?? {}) as Told;
  const shown = Object.fromEntries(Object.entries(rest).filter(([, one]) => !isEmpty(one)));
  if (Object.keys(shown).length === 0) {
    return <span className="faint">{NOTHING}</span>;
  }
  return (
    <div className="stack">
      <pre className="json">{JSON.stringify(shown, null, 2)}</pre>
      {Boolean(body) && (
        <div>
          <span className="muted">{t(D.body)}</span>
          <pre className="json">{String(body)}</pre>
        </div>
      )}
      {Boolean(record) && (
        <div>
          <span className="muted">{t(D.record)}</span>
          <pre className="json">{String(record)}</pre>
        </div>
      )}
    </div>
  );
}

const isEmpty = (value: unknown) =>
  value === "" || value === null || (typeof value === "object" && Object.keys(value).length === 0);

/** The key of a row; its institution stands beside it. */
export function KeyText({ value }: { value: unknown }) {
  return value ? <span className="mono">{keyText(String(value))}</span> : <span className="faint">{NOTHING}</span>;
}

/** The messages of a target that takes such; which kind they are is told by the form's target. */
export function DeliveryInput({ value, onChange }: InputProps) {
  const told = (value ?? {}) as Told;
  const target = Form.useWatch("target") as string | undefined;
  const set = (more: Told) => onChange?.({ ...told, ...more });
  return kindOf(target, told) === "kafka" ? <Envelope told={told} set={set} /> : <Interface told={told} set={set} />;
}

interface Part {
  told: Told;
  set: (more: Told) => void;
}

function Envelope({ told, set }: Part) {
  const t = useT();
  return (
    <Line label={D.envelope} help={D.kafkaHelp}>
      <Select
        aria-label={t(D.envelope)}
        value={(told.envelope as string) ?? "change"}
        onChange={(envelope) => set({ envelope })}
        options={[
          { value: "change", label: t(D.change) },
          { value: "record", label: t(D.plain) },
          { value: "debezium", label: t(D.debezium) },
        ]}
      />
    </Line>
  );
}

function Interface({ told, set }: Part) {
  const t = useT();
  const operations = (told.operations ?? {}) as Record<string, string>;
  const format = (told.format as "json" | "xml") ?? "json";
  return (
    <div className="stack">
      <fieldset className="delivery">
        <legend>{t(D.request)}</legend>
        <Line label={D.format}>
          <span className="row">
            <Segmented
              value={format}
              onChange={(chosen) => set({ format: chosen })}
              options={[
                { value: "json", label: "JSON" },
                { value: "xml", label: "XML / SOAP" },
              ]}
            />
            <Button type="link" size="small" onClick={() => set(EXAMPLES[format])}>
              {t(D.example)}
            </Button>
          </span>
        </Line>
        <Line label={D.method}>
          <Segmented
            value={(told.method as string) ?? "POST"}
            onChange={(method) => set({ method })}
            options={["POST", "PUT"]}
          />
        </Line>
        <Typed name="path" label={D.path} help={D.pathHelp} told={told} set={set} />
        <Line label={D.perRequest}>
          <InputNumber
            aria-label={t(D.perRequest)}
            min={1}
            max={1000}
            value={(told.per_request as number) ?? 1}
            onChange={(count) => set({ per_request: count ?? 1 })}
          />
        </Line>
        <Line label={D.headers} help={D.headersHelp}>
          <Input.TextArea
            aria-label={t(D.headers)}
            className="mono"
            autoSize={{ minRows: 1, maxRows: 6 }}
            defaultValue={headerText(told.headers)}
            key={headerText(told.headers)}
            onBlur={(event) => set({ headers: headersOf(event.target.value) })}
          />
        </Line>
        <Text name="body" label={D.body} help={D.bodyHelp} told={told} set={set} />
        <Text name="record" label={D.record} help={D.recordHelp} told={told} set={set} />
        <Line label={D.removals}>
          <Switch
            aria-label={t(D.removals)}
            checked={told.removals !== false}
            onChange={(removals) => set({ removals })}
          />
        </Line>
        <Line label={D.operations} help={D.operationsHelp}>
          <span className="row">
            {["insert", "update", "delete"].map((name) => (
              <Input
                key={name}
                aria-label={name}
                value={operations[name] ?? name}
                onChange={(event) => set({ operations: { ...operations, [name]: event.target.value } })}
              />
            ))}
          </span>
        </Line>
        <Line label={D.dates} help={D.datesHelp}>
          <span className="row">
            <Bare name="date_format" label={D.dates} usual="%Y-%m-%d" told={told} set={set} />
            <Bare name="time_format" label={D.dates} usual="%Y-%m-%dT%H:%M:%S" told={told} set={set} />
          </span>
        </Line>
      </fieldset>
      <fieldset className="delivery">
        <legend>{t(D.answer)}</legend>
        <Line label={D.statuses}>
          <Select
            aria-label={t(D.statuses)}
            mode="tags"
            value={((told.statuses ?? [200, 201, 202, 204]) as number[]).map(String)}
            onChange={(chosen: string[]) => set({ statuses: chosen.map(Number).filter((one) => one >= 100) })}
          />
        </Line>
        <Typed name="within" label={D.within} help={D.withinHelp} told={told} set={set} />
        <Typed name="success" label={D.success} help={D.successHelp} told={told} set={set} />
        <Line label={D.successValues}>
          <Select
            aria-label={t(D.successValues)}
            mode="tags"
            value={(told.success_values ?? []) as string[]}
            onChange={(chosen: string[]) => set({ success_values: chosen })}
          />
        </Line>
        <Typed name="receipt" label={D.receipt} told={told} set={set} />
        <Typed name="reason" label={D.reason} told={told} set={set} />
        <Typed name="refused" label={D.refused} help={D.refusedHelp} told={told} set={set} />
        {Boolean(told.refused) && (
          <>
            <Typed name="refused_value" label={D.refusedValue} told={told} set={set} />
            <Typed name="refused_column" label={D.refusedColumn} told={told} set={set} />
            <Typed name="refused_reason" label={D.refusedReason} told={told} set={set} />
          </>
        )}
      </fieldset>
    </div>
  );
}

function Line({ label, help, children }: { label: Message; help?: Message; children: ReactNode }) {
  const t = useT();
  return (
    <div className="delivery-line">
      <span className="delivery-label">{t(label)}</span>
      <div className="delivery-field">
        {children}
        {help && <div className="faint">{t(help)}</div>}
      </div>
    </div>
  );
}

interface Named extends Part {
  name: string;
  label: Message;
  help?: Message;
}

function Typed({ label, help, ...rest }: Named) {
  return (
    <Line label={label} help={help}>
      <Bare label={label} {...rest} />
    </Line>
  );
}

function Bare({ name, label, usual = "", told, set }: Named & { usual?: string }) {
  const t = useT();
  return (
    <Input
      aria-label={t(label)}
      className="mono"
      value={(told[name] as string) ?? usual}
      onChange={(event) => set({ [name]: event.target.value })}
    />
  );
}

function Text({ name, label, help, told, set }: Named) {
  const t = useT();
  return (
    <Line label={label} help={help}>
      <Input.TextArea
        aria-label={t(label)}
        className="mono"
        spellCheck={false}
        autoSize={{ minRows: 2, maxRows: 14 }}
        value={(told[name] as string) ?? ""}
        onChange={(event) => set({ [name]: event.target.value })}
      />
    </Line>
  );
}
