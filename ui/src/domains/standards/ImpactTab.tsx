import { Input, Select } from "antd";
import { useDeferredValue, useState } from "react";
import { Link } from "react-router";
import { formatNumber } from "@/kernel/format";
import { type Message, useT, useTitle } from "@/kernel/i18n";
import { ExportButton } from "@/kernel/resource/ExportButton";
import { Empty, QueryView } from "@/kernel/state";
import { M, USES } from "./messages";
import { useCodes, useImpact } from "./queries";
import type { ItemView, Usage } from "./types";

/** What a change of an item, or of one of its elements, would touch. */
export function ImpactTab({ view }: { view: ItemView }) {
  const t = useT();
  const [element, setElement] = useState<string>();
  const [kind, setKind] = useState<string>();
  const [text, setText] = useState("");
  const query = useImpact(view, element);
  const wanted = text.trim().toLowerCase();
  const matches = (one: Usage) =>
    (!kind || one.kind === kind) && `${one.code} ${one.title} ${one.detail}`.toLowerCase().includes(wanted);
  const kinds = [...new Set((query.data?.usages ?? []).map((one) => one.kind))];
  return (
    <div className="stack">
      <span className="row">
        {view.kind === "dataset" && (
          <Select
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            style={{ width: 280 }}
            placeholder={t(M.wholeItem)}
            value={element}
            onChange={setElement}
            options={columnsOf(view)}
          />
        )}
        {view.kind === "value_set" && view.size > 0 && <CodeChoice view={view} value={element} onChange={setElement} />}
        <Select
          allowClear
          style={{ width: 150 }}
          placeholder={t(M.usedAs)}
          value={kind}
          onChange={setKind}
          options={kinds.map((value) => ({ value, label: TITLES[value] ? t(TITLES[value]) : value }))}
        />
        <Input.Search
          allowClear
          style={{ width: 180 }}
          placeholder={t(M.findUse)}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <ExportButton
          path="/api/standards/item/impact/export"
          query={{ kind: view.kind, code: view.code, element, using: kind }}
        />
        {query.data && (
          <span className="muted">{t(M.impactHint, { count: formatNumber(query.data.usages.length) })}</span>
        )}
      </span>
      <QueryView query={query} isEmpty={(data) => data.usages.length === 0} empty={<Empty text={t(M.noUsage)} />}>
        {(data) => <Uses usages={data.usages.filter(matches)} />}
      </QueryView>
    </div>
  );
}

function columnsOf(view: ItemView): { value: string; label: string }[] {
  const elements = view.body.elements as { name: string; title: string }[];
  return elements.map(({ name, title }) => ({ value: name, label: `${title} ${name}` }));
}

const CODES_OFFERED = 50;

interface CodeChoiceProps {
  view: ItemView;
  value: string | undefined;
  onChange: (code: string | undefined) => void;
}

/** A code of a value set, looked for on the server: some sets have ten thousands. */
function CodeChoice({ view, value, onChange }: CodeChoiceProps) {
  const t = useT();
  const [text, setText] = useState("");
  const codes = useCodes(view.code, view.version, useDeferredValue(text.trim()), 1, CODES_OFFERED);
  return (
    <Select
      allowClear
      showSearch={{ filterOption: false, onSearch: setText }}
      style={{ width: 280 }}
      placeholder={t(M.wholeItem)}
      loading={codes.isFetching}
      value={value}
      onChange={onChange}
      options={codes.data?.items.map(({ code, title }) => ({ value: code, label: `${code} ${title}` }))}
    />
  );
}

const TITLES = USES as Record<string, Message>;
const SHOWN = 60;

function Uses({ usages }: { usages: Usage[] }) {
  const t = useT();
  const title = useTitle();
  const kinds = [...new Set(usages.map((one) => one.kind))];
  return (
    <div className="standards-uses">
      {kinds.map((kind) => {
        const found = usages.filter((one) => one.kind === kind);
        return (
          <section key={kind}>
            <h3>
              {TITLES[kind] ? t(TITLES[kind]) : kind} <span className="faint num">{found.length}</span>
            </h3>
            <ul>
              {found.slice(0, SHOWN).map((one) => (
                <li key={`${one.code} ${one.detail}`}>
                  {one.path ? <Link to={one.path}>{title(one) || one.code}</Link> : title(one) || one.code}{" "}
                  {one.title && <span className="faint mono">{one.code}</span>}
                  {one.detail && <div className="faint">{one.detail}</div>}
                </li>
              ))}
            </ul>
            {found.length > SHOWN && <span className="faint">… {t(M.hitsOf, { count: found.length })}</span>}
          </section>
        );
      })}
    </div>
  );
}
