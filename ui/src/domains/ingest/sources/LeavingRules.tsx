import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Select, Switch } from "antd";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { NO_RULES } from "./draft";
import { L } from "./messagesLeaving";
import type { Leaving, MaskKind } from "./types";

const KINDS: MaskKind[] = ["name", "id_number", "phone", "address", "card", "birth_date", "free_text"];

interface Props {
  rules: Leaving | null;
  columns: string[];
  onChange: (rules: Leaving | null) => void;
}

/** Which columns and rows of the source may leave it, and what is masked before they do. */
export function LeavingRules({ rules, columns, onChange }: Props) {
  const t = useT();
  const choices = columns.map((name) => ({ value: name, label: name }));
  const kinds = KINDS.map((kind) => ({ value: kind, label: t(L[kind]) }));
  return (
    <Section
      title={t(L.title)}
      hint={t(L.hint)}
      extra={
        <Switch
          size="small"
          checked={rules !== null}
          aria-label={t(L.title)}
          onChange={(on) => onChange(on ? NO_RULES : null)}
        />
      }
    >
      {rules === null ? (
        <span className="faint">{t(L.everything)}</span>
      ) : (
        <Form layout="vertical" component="div">
          <Form.Item label={t(L.columns)} extra={t(L.columnsHelp)}>
            <Select
              mode="multiple"
              aria-label={t(L.columns)}
              placeholder={t(L.allColumns)}
              value={rules.columns ?? []}
              options={choices}
              onChange={(chosen: string[]) => onChange({ ...rules, columns: chosen.length ? chosen : null })}
            />
          </Form.Item>
          <Form.Item label={t(L.where)} extra={t(L.whereHelp)}>
            <Input
              className="mono"
              aria-label={t(L.where)}
              placeholder="dept_code <> 'VIP'"
              value={rules.where ?? ""}
              onChange={(event) => onChange({ ...rules, where: event.target.value || null })}
            />
          </Form.Item>
          <Form.Item label={t(L.masks)} extra={t(L.masksHelp)}>
            <Masks
              masks={rules.masks}
              columns={columns}
              kinds={kinds}
              onChange={(masks) => onChange({ ...rules, masks })}
            />
          </Form.Item>
        </Form>
      )}
    </Section>
  );
}

interface MasksProps {
  masks: Leaving["masks"];
  columns: string[];
  kinds: { value: MaskKind; label: string }[];
  onChange: (masks: Leaving["masks"]) => void;
}

function Masks({ masks, columns, kinds, onChange }: MasksProps) {
  const t = useT();
  const free = columns.filter((name) => !(name in masks));
  const without = (column: string) => Object.fromEntries(Object.entries(masks).filter(([name]) => name !== column));
  return (
    <div className="stack">
      {Object.entries(masks).map(([column, kind]) => (
        <div key={column} className="row">
          <Select
            aria-label={t(L.maskedColumn)}
            style={{ width: 260 }}
            value={column}
            options={[column, ...free].map((name) => ({ value: name, label: name }))}
            onChange={(name: string) => onChange({ ...without(column), [name]: kind })}
          />
          <Select
            aria-label={t(L.maskKind)}
            style={{ width: 180 }}
            value={kind}
            options={kinds}
            onChange={(chosen: MaskKind) => onChange({ ...masks, [column]: chosen })}
          />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t(L.removeMask)}
            onClick={() => onChange(without(column))}
          />
        </div>
      ))}
      <div>
        <Button
          size="small"
          icon={<PlusOutlined />}
          disabled={free.length === 0}
          onClick={() => free[0] !== undefined && onChange({ ...masks, [free[0]]: "name" })}
        >
          {t(L.addMask)}
        </Button>
      </div>
    </div>
  );
}
