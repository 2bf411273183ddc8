import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Score = Schemas["ScoreOut"];
export type NamedScore = Schemas["NamedScore"];
export type CellScore = Schemas["CellScore"];
export type Overview = Schemas["OverviewOut"];
export type TrendPoint = Schemas["suwen__domains__quality__schemas__TrendPoint"];
/** One rule at one institution over all days. */
export type Total = Schemas["TotalOut"];
export type Rule = Schemas["RuleOut"];
export type Sample = Schemas["SampleOut"];
export type FailingRows = Schemas["RowsOut"];
