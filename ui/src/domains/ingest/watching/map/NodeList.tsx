import { Input } from "antd";
import type { ReactNode } from "react";
import { formatMinute } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import type { MapNode } from "../../types";
import { N } from "./messages";
import { colourOf, isPlaced, wordOf } from "./states";

interface Props {
  nodes: MapNode[];
  selected: string | null;
  text: string;
  onText: (text: string) => void;
  onSelect: (code: string) => void;
  /** What stands below the list. */
  children: ReactNode;
}

function LastContact({ node }: { node: MapNode }) {
  const t = useT();
  const at = node.edges.find((one) => one.state === "lost")?.seen_at;
  return (
    <span className="warn">
      {node.feeds > 0 ? " · " : ""}
      {at ? t(N.edgeLast, { at: formatMinute(at) }) : t(N.edgeNever)}
    </span>
  );
}

/** All institutions, those without a place too: the way to them by keyboard and by name. */
export function NodeList({ nodes, selected, text, onText, onSelect, children }: Props) {
  const t = useT();
  return (
    <section className="map-side" aria-label={t(N.institutions)}>
      <div className="map-side-head">
        <Input.Search
          allowClear
          placeholder={t(N.search)}
          aria-label={t(N.search)}
          value={text}
          onChange={(event) => onText(event.target.value)}
        />
      </div>
      <ul className="map-list">
        {nodes.map((one) => (
          <li key={one.org_code}>
            <button
              type="button"
              className="map-node"
              aria-current={one.org_code === selected}
              onClick={() => onSelect(one.org_code)}
            >
              <i className="map-dot" style={{ background: colourOf(one.state) }} />
              <span>{one.name}</span>
              <span style={{ color: colourOf(one.state) }}>{t(wordOf(one.state))}</span>
              <small>
                {one.feeds > 0 && `${t(N.feeds, { count: one.feeds })} · `}
                {one.feeds > 0 && (one.data_at ? t(N.lastData, { at: formatMinute(one.data_at) }) : t(N.neverHad))}
                {one.state === "lost" && <LastContact node={one} />}
                {!isPlaced(one) && (
                  <span className="warn" title={t(N.unplacedHint)}>
                    {one.feeds > 0 ? " · " : ""}
                    {t(N.unplaced)}
                  </span>
                )}
              </small>
            </button>
          </li>
        ))}
        {nodes.length === 0 && <li className="map-none">{t(N.none)}</li>}
      </ul>
      <div className="map-side-foot">{children}</div>
    </section>
  );
}
