import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Drawer, Form, Input, Select } from "antd";
import { useState } from "react";
import { useT, useTitle } from "@/kernel/i18n";
import type { Element, ValueSet } from "../../standards/dictionary";
import { S } from "./messages";
import type { ColumnMapping } from "./types";

interface Props {
  element: Element;
  set?: ValueSet;
  mapping: ColumnMapping;
  onClose: () => void;
  onChange: (mapping: ColumnMapping) => void;
}

interface Pair {
  id: number;
  from: string;
  to: string | null;
}

/** What becomes of a received value: rows of source value → standard code, and what stands for the rest. */
export function ValueMapDrawer({ element, set, mapping, onClose, onChange }: Props) {
  const t = useT();
  const title = useTitle();
  const [pairs, setPairs] = useState<Pair[]>(() =>
    Object.entries(mapping.map ?? {}).map(([from, to], id) => ({ id, from, to })),
  );
  const [fallback, setFallback] = useState(mapping.default ?? "");
  const [blank, setBlank] = useState(mapping.blank ?? "");
  const [invalid, setInvalid] = useState(mapping.invalid ?? "quarantine");
  const change = (id: number, part: Partial<Pair>) =>
    setPairs((held) => held.map((one) => (one.id === id ? { ...one, ...part } : one)));
  const doubled = new Set(pairs.map((one) => one.from).filter((from, at, all) => all.indexOf(from) !== at));
  const done = () => {
    const map = Object.fromEntries(pairs.filter((one) => one.from !== "").map((one) => [one.from, one.to]));
    onChange({ ...mapping, map, default: fallback || null, blank: blank || null, invalid });
    onClose();
  };
  return (
    <Drawer
      open
      size={620}
      onClose={onClose}
      title={
        <>
          {t(S.valueMap)} · {title(element)} {set && <span className="faint">{set.title}</span>}
        </>
      }
      extra={
        <Button type="primary" disabled={doubled.size > 0} onClick={done}>
          {t(S.done)}
        </Button>
      }
    >
      <div className="stack">
        <div className="pairs">
          <span className="muted">{t(S.received)}</span>
          <span className="muted">{t(S.becomes)}</span>
          <span />
          {pairs.map((one) => (
            <Row key={one.id} pair={one} set={set} wrong={doubled.has(one.from)} onChange={change}>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t(S.remove)}
                onClick={() => setPairs((held) => held.filter((other) => other.id !== one.id))}
              />
            </Row>
          ))}
        </div>
        <Button
          type="dashed"
          icon={<PlusOutlined />}
          onClick={() =>
            setPairs((held) => [...held, { id: Math.max(-1, ...held.map((one) => one.id)) + 1, from: "", to: null }])
          }
        >
          {t(S.addRow)}
        </Button>
        <Form layout="vertical" className="form-grid">
          <Form.Item label={t(S.fallback)} extra={t(S.fallbackHelp)}>
            <Code
              label={t(S.fallback)}
              none={t(S.asReceived)}
              set={set}
              value={fallback || null}
              onChange={(code) => setFallback(code ?? "")}
            />
          </Form.Item>
          <Form.Item label={t(S.blank)}>
            <Code label={t(S.blank)} set={set} value={blank || null} onChange={(code) => setBlank(code ?? "")} />
          </Form.Item>
          <Form.Item label={t(S.invalid)}>
            <Select
              value={invalid}
              onChange={setInvalid}
              options={[
                { value: "quarantine", label: t(S.invalidQuarantine) },
                { value: "blank", label: t(S.invalidBlank) },
              ]}
            />
          </Form.Item>
        </Form>
      </div>
    </Drawer>
  );
}

interface RowProps {
  pair: Pair;
  set?: ValueSet;
  wrong: boolean;
  onChange: (id: number, part: Partial<Pair>) => void;
  children: React.ReactNode;
}

function Row({ pair, set, wrong, onChange, children }: RowProps) {
  const t = useT();
  return (
    <>
      <Input
        className="mono"
        aria-label={t(S.received)}
        status={wrong ? "error" : undefined}
        title={wrong ? t(S.doubled) : undefined}
        value={pair.from}
        onChange={(event) => onChange(pair.id, { from: event.target.value })}
      />
      <Code label={t(S.becomes)} set={set} value={pair.to} onChange={(to) => onChange(pair.id, { to })} />
      {children}
    </>
  );
}

/** A standard code: chosen from the value set by code or title, or free text where the element has none. */
function Code({
  label,
  none,
  set,
  value,
  onChange,
}: {
  label: string;
  none?: string;
  set?: ValueSet;
  value: string | null;
  onChange: (code: string | null) => void;
}) {
  const t = useT();
  const title = useTitle();
  if (!set) {
    return (
      <Input
        value={value ?? ""}
        aria-label={label}
        placeholder={none ?? t(S.noValue)}
        onChange={(event) => onChange(event.target.value || null)}
      />
    );
  }
  return (
    <Select
      value={value}
      allowClear
      aria-label={label}
      placeholder={none ?? t(S.noValue)}
      onChange={(code?: string) => onChange(code ?? null)}
      showSearch={{ optionFilterProp: "label" }}
      options={set.items.map((item) => ({ value: item.code, label: `${item.code} ${title(item)}` }))}
    />
  );
}
