export { Coded, type CodeTitles, fieldOf, type LakeColumn, SexName } from "./coded";
export { FieldDetail, FieldValue, RIGHT_ALIGNED } from "./display";
export { FieldInput } from "./FieldInput";
export { FieldFilter, type Filters } from "./filters";
export { OrgName, useOrgs } from "./OrgName";
export { optionLabel } from "./options";
export type { FieldSpec } from "./types";
