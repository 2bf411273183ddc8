import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Change = Schemas["ChangeOut"];
export type Card = Schemas["Card"];
export type Board = Schemas["BoardOut"];
export type Line = Schemas["LineOut"];
export type Answer = Schemas["QueryOut"];
export type Drill = Schemas["DrillOut"];

/** What narrows a number: period, institutions, departments (an empty code stands for none recorded). */
export interface Cut {
  first: string;
  last: string;
  org?: string;
  dept?: string | null;
}
