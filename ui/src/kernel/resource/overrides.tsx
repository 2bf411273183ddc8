/** Where a resource wants something special, it names a component: `overrides={"cell:score": "quality/Score"}`. */
import type { ComponentType } from "react";
import type { FieldSpec } from "../fields";
import type { Row } from "./types";

export interface CellProps {
  value: unknown;
  row: Row;
  field: FieldSpec;
}

const found = import.meta.glob<{ cells: Record<string, ComponentType<CellProps>> }>("../../domains/*/cells.tsx", {
  eager: true,
});

/** "quality/Score" → the component `Score` of domains/quality/cells.tsx. */
const cells = new Map<string, ComponentType<CellProps>>(
  Object.entries(found).flatMap(([file, module]) => {
    const room = file.split("/").at(-2);
    return Object.entries(module.cells).map(([name, cell]): [string, ComponentType<CellProps>] => [
      `${room}/${name}`,
      cell,
    ]);
  }),
);

export function cellOf(overrides: Record<string, string>, field: string): ComponentType<CellProps> | undefined {
  return cells.get(overrides[`cell:${field}`] ?? "");
}

export interface DetailProps {
  row: Row;
}

const foundDetails = import.meta.glob<{ details: Record<string, ComponentType<DetailProps>> }>(
  "../../domains/*/details.tsx",
  { eager: true },
);

const details = new Map(Object.values(foundDetails).flatMap((module) => Object.entries(module.details)));

/** What a room shows below the fields of a row's detail: `details = { "ingest.batches": BatchProgress }`. */
export function detailOf(resource: string): ComponentType<DetailProps> | undefined {
  return details.get(resource);
}
