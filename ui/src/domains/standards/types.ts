import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Kind = Schemas["Tree"]["kind"];
export type Tree = Schemas["Tree"];
export type ItemHead = Schemas["ItemHead"];
export type ItemView = Schemas["ItemView"];
export type CodesPage = Schemas["CodesPage"];
export type ListedCode = Schemas["CodeOut"];
export type Hits = Schemas["Hits"];
export type Hit = Schemas["Hit"];
export type Difference = Schemas["Difference"];
export type Usage = Schemas["Usage"];
export type Comparison = Schemas["Comparison"];
export type Compared = Schemas["Compared"];
export type SourceColumn = Schemas["SourceColumn"];
export type Figure = Schemas["Figure"];
export type Finding = Schemas["Finding"];
export type ElementState = Schemas["ElementState"];
export type ConformanceRow = Schemas["ConformanceRow"];
export type ConformanceDetail = Schemas["ConformanceDetail"];
export type AdoptionDraft = Schemas["AdoptionDraft"];
export type AdoptedColumn = Schemas["AdoptedColumn"];
export type ConformanceTrend = Schemas["ConformanceTrend"];
export type Publication = Schemas["PublicationRow"];

/** What names an item everywhere. */
export interface ItemKey {
  kind: Kind;
  code: string;
}
export type Proposal = Schemas["ProposalView"];
export type Stage = Proposal["next"][number];
export type Comment = Schemas["CommentOut"];
export type ListHeader = Schemas["ListHeader"];
export type ListPreview = Schemas["ListPreview"];
export type Attribute = Schemas["Attribute"];
export type Renamed = Schemas["Renamed"];
