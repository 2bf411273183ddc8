import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Source = Schemas["SourceRow"];
export type Feed = Schemas["FeedRow"];
export type Batch = Schemas["BatchRow"];
export type BatchDetail = Schemas["BatchDetail"];
export type Refused = Schemas["QuarantineRow"];
export type Check = Schemas["CheckDetail"];
export type CheckDay = Schemas["DayRow"];
export type DifferenceDetail = Schemas["DifferenceDetail"];
export type ConnectionReport = Schemas["ConnectionReport"];
export type FeedText = Schemas["FeedText"];
export type RowHistory = Schemas["RowHistory"];
export type RowChange = Schemas["RowChange"];
export type PreparationSums = Schemas["PreparationSums"];
export type Calendar = Schemas["Calendar"];
export type CalendarDay = Schemas["CalendarDay"];
export type DayBrief = Schemas["DayBrief"];
export type IndicatorCheck = Schemas["IndicatorCheckDetail"];
export type StatementTried = Schemas["StatementTried"];
export type DayShare = Schemas["DayShare"];
export type Mirror = Schemas["MirrorRow"];
export type Overview = Schemas["Overview"];
export type DayFigures = Schemas["DayFigures"];
export type PartFigures = Schemas["PartFigures"];
export type Agreement = Schemas["Agreement"];
export type SilentFeed = Schemas["SilentFeed"];
