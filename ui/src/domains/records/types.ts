import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Section = Schemas["SectionOut"];
export type TimelineEvent = Schemas["EventOut"];
export type EventRow = Schemas["EventRow"];
export type Encounter = Schemas["EncounterOut"];
export type Timeline = Schemas["TimelineOut"];
export type SectionRows = Schemas["SectionRows"];
export type TrendItem = Schemas["TrendItem"];
export type Trend = Schemas["TrendOut"];
