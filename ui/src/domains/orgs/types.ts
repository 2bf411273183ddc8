import type { components } from "@/api/schema";
import type { FieldSpec } from "@/kernel/fields";

type Schemas = components["schemas"];
export type Kind = Omit<Schemas["KindOut"], "forms"> & { forms: Record<Operation, FieldSpec[]> };
export type Operation = Schemas["RegistrationIn"]["operation"];
export type Registration = Schemas["RegistrationView"];
export type Checked = Schemas["Checked"];
export type BatchReport = Schemas["BatchReport"];
export type ImportReport = Schemas["suwen__domains__orgs__schemas__ImportReport"];
export type ReviewOut = Schemas["RegistrationReviewOut"];
export type Outcome = Schemas["RegistrationReviewIn"]["outcome"];
export type Year = Schemas["YearOut"];
export type YearKind = "institutions" | "divisions";
export type YearReport = Schemas["YearReport"];
export type YearDifferences = Schemas["YearDifferences"];
export type YearChange = Schemas["YearDifference"]["change"];
export type YearStatistics = Schemas["YearStatistics"];
