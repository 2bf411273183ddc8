import { AlarmSeverity, AlarmText } from "./watching/alarms";

export const cells = { AlarmSeverity, AlarmText };
