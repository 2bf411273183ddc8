import type { components } from "@/api/schema";
import type { Language } from "@/kernel/i18n";

type Schemas = components["schemas"];

export type Change = Schemas["ChangeOut"];
export type Card = Schemas["Card"];
export type Board = Schemas["BoardOut"];
export type Line = Schemas["LineOut"];
export type Answer = Schemas["QueryOut"];
export type HeldDay = Schemas["HeldOut"];
export type Drill = Schemas["DrillOut"];

/** A card's unit in the reader's language. */
export function unitOf(card: Card, language: Language): string {
  return (language === "en" && card.unit_en) || card.unit;
}

/** What narrows a number: period, institutions, departments (an empty code stands for none recorded). */
export interface Cut {
  first: string;
  last: string;
  org?: string;
  dept?: string | null;
}
