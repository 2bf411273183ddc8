import type { RoomKind } from "@/kernel/fields/rooms";
import { formatDateTime } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { M } from "./messages";

/** What still holds ends in the year 9999. */
function Until({ value }: { value: unknown }) {
  const t = useT();
  return String(value).startsWith("9999") ? (
    <span className="faint">{t(M.holds)}</span>
  ) : (
    <span className="num nowrap">{formatDateTime(value)}</span>
  );
}

export const kinds: Record<string, RoomKind> = {
  registry_until: { Display: Until },
};
