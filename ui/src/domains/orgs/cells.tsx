import { Link } from "react-router";
import { FieldValue } from "@/kernel/fields";
import { formatNumber } from "@/kernel/format";
import { useSaid, useT } from "@/kernel/i18n";
import type { CellProps } from "@/kernel/resource/overrides";
import { M } from "./messages";
import { useKinds } from "./queries";
import "./orgs.css";

interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

/** Field, before and after of each change; a first version needs no list of all its fields. */
function Changes({ value, row }: CellProps) {
  const t = useT();
  const said = useSaid();
  const fields = useKinds().data?.find((kind) => kind.code === row.kind)?.forms.register ?? [];
  if (row.operation === "register" && !row.summary) {
    return <span className="faint">{t(M.first)}</span>;
  }
  return (
    <span>
      {((value ?? []) as Change[]).map((one) => {
        const active = { name: one.field, label: t(M.active), label_en: t(M.active), kind: "switch" };
        const field = fields.find((each) => each.name === one.field) ?? active;
        return (
          <span key={one.field} className="registry-change">
            {said(field.label, field.label_en)}：
            <span className="registry-was">
              <FieldValue value={one.before} field={field} />
            </span>{" "}
            → <FieldValue value={one.after} field={field} />
          </span>
        );
      })}
    </span>
  );
}

/** How many of a kind an institution has; leads to them. */
function Held({ value, row, field }: CellProps) {
  const count = Number(value ?? 0);
  const shown = formatNumber(count);
  return count ? (
    <Link
      to={`/orgs/${field.name}?f.org_code=${encodeURIComponent(String(row.org_code))}&f.active=true`}
      onClick={(event) => event.stopPropagation()}
    >
      {shown}
    </Link>
  ) : (
    <span className="faint">{shown}</span>
  );
}

export const cells = { Changes, Held };
