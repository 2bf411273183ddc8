import { AssessedValue } from "./assessing/values";
import { AlarmSeverity, AlarmText } from "./watching/alarms";

export const cells = { AlarmSeverity, AlarmText, AssessedValue };
