import type { StyleSpecification } from "maplibre-gl";

const EMPTY = { type: "FeatureCollection" as const, features: [] };

/** A dash that wanders along a line, step by step. */
export const DASHES: number[][] = [
  [0, 4, 3],
  [0.5, 4, 2.5],
  [1, 4, 2],
  [1.5, 4, 1.5],
  [2, 4, 1],
  [2.5, 4, 0.5],
  [3, 4, 0],
  [0, 0.5, 3, 3.5],
  [0, 1, 3, 3],
  [0, 1.5, 3, 2.5],
  [0, 2, 3, 2],
  [0, 2.5, 3, 1.5],
  [0, 3, 3, 1],
  [0, 3.5, 3, 0.5],
];

/** The look of the map: the platform's own tiles of a set of borders, no glyphs, no sprites. */
export function style(set: string | null, origin: string): StyleSpecification {
  const tiles = `${origin}/api/ingest/map/tiles/${set}/{z}/{x}/{y}`;
  const of = (level: number) => ["==", ["get", "level"], level] as ["==", ["get", string], number];
  return {
    version: 8,
    sources: {
      ...(set
        ? { borders: { type: "vector" as const, tiles: [tiles], minzoom: 0, maxzoom: 11, promoteId: "code" } }
        : {}),
      nodes: { type: "geojson", data: EMPTY },
      lines: { type: "geojson", data: EMPTY },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#e6edf1" } },
      ...(set
        ? [
            {
              id: "land",
              type: "fill" as const,
              source: "borders",
              "source-layer": "divisions",
              paint: { "fill-color": "#fcfdfe", "fill-antialias": false },
            },
            {
              id: "townships",
              type: "line" as const,
              source: "borders",
              "source-layer": "divisions",
              filter: of(4),
              paint: { "line-color": "#d3dbe2", "line-width": 1 },
            },
            {
              id: "counties-glow",
              type: "line" as const,
              source: "borders",
              "source-layer": "divisions",
              filter: of(3),
              paint: { "line-color": "#1f6c8f", "line-width": 7, "line-opacity": 0.1, "line-blur": 3 },
            },
            {
              id: "counties",
              type: "line" as const,
              source: "borders",
              "source-layer": "divisions",
              filter: of(3),
              paint: { "line-color": "#8fb0c0", "line-width": 1.4 },
            },
            {
              id: "prefectures",
              type: "line" as const,
              source: "borders",
              "source-layer": "divisions",
              filter: ["<=", ["get", "level"], 2] as ["<=", ["get", string], number],
              paint: { "line-color": "#5f8da3", "line-width": 1.8 },
            },
          ]
        : []),
      {
        id: "tracks",
        type: "line",
        source: "lines",
        paint: { "line-color": "#2f7fd0", "line-width": 2, "line-opacity": 0.22 },
      },
      {
        id: "lines",
        type: "line",
        source: "lines",
        paint: { "line-color": "#2f7fd0", "line-width": 2.4, "line-dasharray": DASHES[0] },
      },
      {
        id: "halo",
        type: "circle",
        source: "nodes",
        paint: {
          "circle-radius": ["case", ["get", "big"], 17, ["get", "alive"], 12, 0],
          "circle-color": ["get", "colour"],
          "circle-opacity": 0.18,
        },
      },
      {
        id: "nodes",
        type: "circle",
        source: "nodes",
        paint: {
          "circle-radius": ["case", ["get", "big"], 8, 6.5],
          "circle-color": ["get", "colour"],
          "circle-stroke-color": "#ffffff",
          "circle-stroke-width": 2,
        },
      },
    ],
  };
}
