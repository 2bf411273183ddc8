import { type GeoJSONSource, Map as GlMap, Marker, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { useEffect, useRef, useState } from "react";
import "maplibre-gl/dist/maplibre-gl.css";
import { useT } from "@/kernel/i18n";
import { STILL } from "@/kernel/theme";
import type { MapNode, NodeMap } from "../../types";
import { N } from "./messages";
import { bow, colourOf, extent, isPlaced } from "./states";
import { DASHES, style } from "./style";

setWorkerUrl(workerUrl);

/** Names of institutions are written on the map while they are no more than these. */
const NAMED = 60;

interface Props {
  data: NodeMap;
  nodes: MapNode[];
  selected: string | null;
  onSelect: (code: string) => void;
}

/** Borders, institutions and the lines of what runs, drawn by the graphics card. */
export function Canvas({ data, nodes, selected, onSelect }: Props) {
  const t = useT();
  const place = useRef<HTMLDivElement>(null);
  const select = useRef(onSelect);
  select.current = onSelect;
  const [map, setMap] = useState<GlMap | null>(null);
  const borders = data.boundaries;
  const set = borders?.id ?? null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a map is made anew only for other borders
  useEffect(() => {
    if (!place.current) {
      return;
    }
    const made = new GlMap({
      container: place.current,
      style: style(set, window.location.origin),
      bounds: extent(borders, data.nodes) ?? [73, 18, 135, 53],
      fitBoundsOptions: { padding: { top: 30, left: 46, right: 30, bottom: 64 } },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxZoom: 15,
    });
    made.touchZoomRotate.disableRotation();
    made.addControl(new NavigationControl({ showCompass: false }), "top-left");
    made.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
    made.on("load", () => setMap(made));
    made.on("click", "nodes", (event) => {
      const code = event.features?.[0]?.properties.code;
      code && select.current(String(code));
    });
    made.on("mouseenter", "nodes", () => {
      made.getCanvas().style.cursor = "pointer";
    });
    made.on("mouseleave", "nodes", () => {
      made.getCanvas().style.cursor = "";
    });
    return () => {
      setMap(null);
      made.remove();
    };
  }, [set]);

  useNodes(map, data, nodes, selected);
  useNames(map, data, nodes);
  useMotion(map, nodes);

  useEffect(() => {
    const node = nodes.find((one) => one.org_code === selected);
    if (map && node && isPlaced(node) && !map.getBounds().contains([node.longitude, node.latitude])) {
      map.easeTo({ center: [node.longitude, node.latitude], duration: STILL ? 0 : 500 });
    }
  }, [map, nodes, selected]);

  return <div ref={place} className="map-canvas" role="img" aria-label={t(N.map)} />;
}

function useNodes(map: GlMap | null, data: NodeMap, nodes: MapNode[], selected: string | null) {
  useEffect(() => {
    if (!map) {
      return;
    }
    const placed = nodes.filter(isPlaced);
    const point = (coordinates: [number, number], properties: Record<string, unknown>) => ({
      type: "Feature" as const,
      properties,
      geometry: { type: "Point" as const, coordinates },
    });
    map.getSource<GeoJSONSource>("nodes")?.setData({
      type: "FeatureCollection",
      features: placed.map((one) =>
        point([one.longitude, one.latitude], {
          code: one.org_code,
          colour: colourOf(one.state),
          big: one.org_code === selected,
          alive: one.state === "running" || one.state === "failing",
        }),
      ),
    });
    const { center } = data;
    map.getSource<GeoJSONSource>("lines")?.setData({
      type: "FeatureCollection",
      features: center
        ? placed
            .filter((one) => one.state === "running")
            .map((one) => ({
              type: "Feature" as const,
              properties: {},
              geometry: {
                type: "LineString" as const,
                coordinates: bow([one.longitude, one.latitude], [center[0], center[1]]),
              },
            }))
        : [],
    });
  }, [map, data, nodes, selected]);
}

/** Names stand as elements of the page, in the page's own font: no glyphs are fetched from anywhere. */
function useNames(map: GlMap | null, data: NodeMap, nodes: MapNode[]) {
  const t = useT();
  useEffect(() => {
    if (!map) {
      return;
    }
    const written: Marker[] = [];
    const write = (text: string, at: [number, number], kind: string, anchor: "center" | "top" = "center") => {
      const element = document.createElement("span");
      element.className = kind;
      element.textContent = text;
      element.setAttribute("aria-hidden", "true");
      const offset: [number, number] = anchor === "top" ? [0, 9] : [0, 0];
      written.push(new Marker({ element, anchor, offset }).setLngLat(at).addTo(map));
    };
    const labels = data.boundaries?.labels ?? [];
    const deepest = Math.max(0, ...labels.map((one) => one.level));
    for (const one of labels) {
      if (one.level === deepest || deepest - one.level > 1) {
        write(one.name, [one.longitude, one.latitude], `map-division map-division-${one.level}`);
      }
    }
    const placed = nodes.filter(isPlaced);
    if (placed.length <= NAMED) {
      for (const one of placed) {
        write(one.name, [one.longitude, one.latitude], "map-name", "top");
      }
    }
    if (data.center) {
      write(t(N.center), [data.center[0], data.center[1]], "map-center");
    }
    const crowd = () => {
      // Names of the smallest divisions only where there is room for them.
      map.getContainer().dataset.near = map.getZoom() >= (deepest === 4 ? 8 : deepest === 3 ? 5.5 : 3) ? "yes" : "no";
    };
    crowd();
    map.on("zoom", crowd);
    return () => {
      map.off("zoom", crowd);
      for (const one of written) {
        one.remove();
      }
    };
  }, [map, data, nodes, t]);
}

/** Lines of what runs move towards the center, unless the reader has asked for less motion. */
function useMotion(map: GlMap | null, nodes: MapNode[]) {
  const moving = nodes.some((one) => one.state === "running");
  useEffect(() => {
    if (!map || !moving || STILL) {
      return;
    }
    let step = 0;
    const beat = window.setInterval(() => {
      step = (step + 1) % DASHES.length;
      map.setPaintProperty("lines", "line-dasharray", DASHES[step]);
    }, 70);
    return () => window.clearInterval(beat);
  }, [map, moving]);
}
