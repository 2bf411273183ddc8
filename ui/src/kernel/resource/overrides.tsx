/** Where a resource wants something special, it names a component: `overrides={"cell:score": "quality/Score"}`. */
import type { ComponentType } from "react";
import type { FieldSpec } from "../fields";
import type { ResourceSpec, Row } from "./types";

export interface CellProps {
  value: unknown;
  row: Row;
  field: FieldSpec;
}

const found = import.meta.glob<{ cells: Record<string, ComponentType<CellProps>> }>("../../domains/*/cells.tsx", {
  eager: true,
});

/** What rooms export by name, as "quality/Score": the component `Score` of the room quality. */
function byRoom<Props>(modules: [string, Record<string, ComponentType<Props>>][]): Map<string, ComponentType<Props>> {
  return new Map(
    modules.flatMap(([file, named]) => {
      const room = file.split("/").at(-2);
      return Object.entries(named).map(([name, one]): [string, ComponentType<Props>] => [`${room}/${name}`, one]);
    }),
  );
}

const cells = byRoom(Object.entries(found).map(([file, module]) => [file, module.cells]));

export function cellOf(overrides: Record<string, string>, field: string): ComponentType<CellProps> | undefined {
  return cells.get(overrides[`cell:${field}`] ?? "");
}

export interface ToolbarProps {
  spec: ResourceSpec;
}

const foundToolbars = import.meta.glob<{ toolbars: Record<string, ComponentType<ToolbarProps>> }>(
  "../../domains/*/toolbars.tsx",
  { eager: true },
);

const toolbars = byRoom(Object.entries(foundToolbars).map(([file, module]) => [file, module.toolbars]));

/** More buttons of a list's head: `overrides={"toolbar": "orgs/ImportButton"}`. */
export function toolbarOf(overrides: Record<string, string>): ComponentType<ToolbarProps> | undefined {
  return toolbars.get(overrides.toolbar ?? "");
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
