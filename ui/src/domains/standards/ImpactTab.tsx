import { Select } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { formatNumber } from "@/kernel/format";
import { type Message, useT } from "@/kernel/i18n";
import { Empty, QueryView } from "@/kernel/state";
import { M, USES } from "./messages";
import { useImpact } from "./queries";
import type { ItemView, Usage } from "./types";

/** What a change of an item, or of one of its elements, would touch. */
export function ImpactTab({ view }: { view: ItemView }) {
  const t = useT();
  const [element, setElement] = useState<string>();
  const query = useImpact(view, element);
  const elements = view.kind === "dataset" ? (view.body.elements as { name: string; title: string }[]) : [];
  return (
    <div className="stack">
      <span className="row">
        {elements.length > 0 && (
          <Select
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            style={{ width: 280 }}
            placeholder={t(M.wholeItem)}
            value={element}
            onChange={setElement}
            options={elements.map(({ name, title }) => ({ value: name, label: `${title} ${name}` }))}
          />
        )}
        {query.data && (
          <span className="muted">{t(M.impactHint, { count: formatNumber(query.data.usages.length) })}</span>
        )}
      </span>
      <QueryView query={query} isEmpty={(data) => data.usages.length === 0} empty={<Empty text={t(M.noUsage)} />}>
        {(data) => <Uses usages={data.usages} />}
      </QueryView>
    </div>
  );
}

const SHOWN = 60;

function Uses({ usages }: { usages: Usage[] }) {
  const t = useT();
  const kinds = [...new Set(usages.map((one) => one.kind))];
  const titles = USES as Record<string, Message>;
  return (
    <div className="standards-uses">
      {kinds.map((kind) => {
        const found = usages.filter((one) => one.kind === kind);
        return (
          <section key={kind}>
            <h3>
              {titles[kind] ? t(titles[kind]) : kind} <span className="faint num">{found.length}</span>
            </h3>
            <ul>
              {found.slice(0, SHOWN).map((one) => (
                <li key={one.code}>
                  {one.path ? <Link to={one.path}>{one.title || one.code}</Link> : one.title || one.code}{" "}
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
