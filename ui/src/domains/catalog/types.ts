import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Asset = Schemas["DatasetAsset"];
export type Share = Schemas["InstitutionShare"];
export type AssetDetail = Schemas["DatasetDetail"];
export type ElementProfile = Schemas["ElementProfile"];
export type Profile = Schemas["Profile"];
export type AssetLife = Schemas["AssetLife"];
export type AssetStage = Schemas["AssetStage"];
export type StageFigure = Schemas["StageFigure"];
export type AssetPlace = Schemas["AssetPlace"];
export type StageCount = Schemas["StageCount"];
