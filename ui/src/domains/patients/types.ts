import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Person = Schemas["PersonOut"];
/** A source identity 来源身份. */
export type Identity = Schemas["IdentityOut"];
export type PersonDetail = Schemas["PersonDetail"];
export type Suspect = Schemas["SuspectOut"];
export type Counts = Schemas["PatientCounts"];
export type HistoryLine = Schemas["HistoryOut"];
export type PersonPage = Schemas["PersonPage"];
export type SuspectPage = Schemas["SuspectPage"];
