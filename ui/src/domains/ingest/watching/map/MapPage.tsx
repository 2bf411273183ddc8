import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { api } from "@/kernel/client";
import { formatMinute } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { useMay } from "@/kernel/session";
import { Loading, QueryView } from "@/kernel/state";
import type { NodeMap } from "../../types";
import "../../ingest.css";
import "./map.css";
import { ImportButton } from "./ImportButton";
import { N } from "./messages";
import { NodeDrawer } from "./NodeDrawer";
import { NodeList } from "./NodeList";
import { chosen, STATES, type State } from "./states";

const Canvas = lazy(async () => ({ default: (await import("./Canvas")).Canvas }));
export const MAP = ["ingest", "map"];

/** Whether the browser can draw a map at all. */
const drawable = () => document.createElement("canvas").getContext("webgl2") !== null;

/** The institutions of the region with their state: on the map and, for all of them, in the list beside it. */
export function MapPage() {
  const t = useT();
  const may = useMay();
  const map = useQuery({
    queryKey: MAP,
    queryFn: ({ signal }) => api.get<NodeMap>("/api/ingest/map", undefined, signal),
    refetchInterval: 5000,
  });
  return (
    <>
      <PageHead title={t(N.title)} note={t(N.note)} extra={may("ingest.write") && <ImportButton />} />
      <QueryView query={map}>{(data) => <Nodes data={data} />}</QueryView>
    </>
  );
}

function Nodes({ data }: { data: NodeMap }) {
  const t = useT();
  const [search, setSearch] = useSearchParams();
  const [text, setText] = useState("");
  const [states, setStates] = useState<Set<State>>(new Set());
  const [able] = useState(drawable);
  const selected = search.get("org");
  const nodes = useMemo(() => chosen(data.nodes, text, states), [data.nodes, text, states]);
  const select = (code: string | null) => setSearch(code ? { org: code } : {}, { replace: true });
  const toggle = (state: State) => {
    const wanted = new Set(states);
    wanted.delete(state) || wanted.add(state);
    setStates(wanted);
  };
  const node = data.nodes.find((one) => one.org_code === selected);
  const { boundaries } = data;
  return (
    <div className="map-page">
      <div className="map-frame">
        {able ? (
          <Suspense fallback={<Loading />}>
            <Canvas data={data} nodes={nodes} selected={selected} onSelect={select} />
          </Suspense>
        ) : (
          <p className="map-none">{t(N.noGraphics)}</p>
        )}
        <fieldset className="map-legend" aria-label={t(N.state)}>
          {STATES.map((one) => (
            <button
              key={one.state}
              type="button"
              title={t(one.help)}
              aria-pressed={states.has(one.state)}
              onClick={() => toggle(one.state)}
            >
              <i className="map-dot" style={{ background: one.colour }} />
              {t(one.word)}
              <b className="num">{data.nodes.filter((each) => each.state === one.state).length}</b>
            </button>
          ))}
        </fieldset>
      </div>
      <NodeList nodes={nodes} selected={selected} text={text} onText={setText} onSelect={select}>
        {boundaries
          ? t(N.borders, {
              count: boundaries.divisions,
              by: boundaries.imported_by,
              at: formatMinute(boundaries.imported_at),
            })
          : t(N.noBorders)}
      </NodeList>
      {node && <NodeDrawer node={node} onClose={() => select(null)} />}
    </div>
  );
}
