import type { components } from "@/api/schema";
import type { FieldSpec } from "@/kernel/fields";

type Schemas = components["schemas"];

export type SourceDocument = Schemas["SourceDocument"];
export type SourceInfo = Schemas["SourceInfo"];
export type FeedDefinition = SourceDocument["feeds"][number];
export type ColumnMapping = FeedDefinition["columns"][string];
export type TableSeen = Schemas["TableSeen"];
export type OriginColumns = Schemas["OriginColumns"];
export type MappingProblem = Schemas["MappingProblem"];
export type FeedPreview = Schemas["FeedPreview"];
export type ImportReport = Schemas["suwen__domains__ingest__schemas__ImportReport"];
export type ProposalState = Schemas["ProposalState"];
export type Proposal = Schemas["Proposal"];
export type ProposedTable = Schemas["ProposedTable"];
export type ProposedFeed = Schemas["ProposedFeed"];
export type ProposedColumn = Schemas["ProposedColumn"];
export type Connector = Omit<Schemas["ConnectorInfo"], "form"> & { form: FieldSpec[] };

export type Leaving = Required<Schemas["Leaving"]>;
export type MaskKind = Leaving["masks"][string];
export type CaptureMode = NonNullable<FeedDefinition["capture"]>["mode"];
export type Readiness = Schemas["ReadinessInfo"];
export type ReadinessWanted = Required<Schemas["ReadinessWanted"]>;
export type Kept = Schemas["KeptInfo"];

/** A feed while it is being written: columns may be empty, and nothing need fit yet. */
export interface Draft {
  code: string;
  title: string;
  table: string | null;
  query: string | null;
  dataset: string;
  mode: CaptureMode;
  changing: string | null;
  overlap: number;
  /** Share of the rows that may vanish at once. */
  loss: number;
  /** Changes that the source tells are carried on as they appear. */
  follow: boolean;
  key: string[];
  columns: Record<string, ColumnMapping>;
  /** What may leave the source; null: everything. */
  leaves: Leaving | null;
}
