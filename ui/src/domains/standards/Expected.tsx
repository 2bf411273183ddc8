import { Alert } from "antd";
import { Link } from "react-router";
import { formatNumber } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import type { DetailProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { QueryView } from "@/kernel/state";
import { M } from "./messages";
import { useItem } from "./queries";
import type { ItemView } from "./types";

/** Classes of data elements that take codes (WS 363). */
const CODED = new Set<unknown>(["S2", "S3"]);
/** Official lists that institutions bring, and registers of the platform that stand for a list. */
const OFFICIAL = new Set(["ICD-10", "ICD-9-CM-3", "GB/T 15657"]);
const REGISTERS: Record<string, string> = { "GB/T 2260": "/orgs/divisions", "GB 11714": "/orgs/institutions" };

export const lacksTable = (type: unknown, valueSet: unknown) => CODED.has(type) && !valueSet;

/** Why a value set has no codes here, and where they come from. */
export function WhyEmpty({ view }: { view: ItemView }) {
  const t = useT();
  const may = useMay();
  const title = useTitle();
  const named = `${title(view)} ${view.code}`;
  const register = REGISTERS[view.code];
  if (register) {
    return (
      <Alert
        type="info"
        showIcon
        title={t(M.registered, { named })}
        description={<Link to={register}>{t(M.toRegister)}</Link>}
      />
    );
  }
  return (
    <Alert
      type="warning"
      showIcon
      title={t(M.noCodes, { named })}
      description={
        <>
          {t(OFFICIAL.has(view.code) ? M.official : M.nameOnly)}{" "}
          {may("standards.write") && (
            <Link className="nowrap" to={`/standards/import?code=${encodeURIComponent(view.code)}`}>
              {t(M.importIt)}
            </Link>
          )}
        </>
      }
    />
  );
}

function Table({ code }: { code: string }) {
  const t = useT();
  const title = useTitle();
  const query = useItem({ kind: "value_set", code });
  return (
    <QueryView query={query} rows={1}>
      {(view) =>
        view.size === 0 ? (
          <WhyEmpty view={view} />
        ) : (
          <p>
            {t(M.codesOf)}{" "}
            <Link to={`/standards?kind=value_set&item=${encodeURIComponent(`value_set:${code}`)}`}>
              {title(view)} {code}
            </Link>{" "}
            <span className="muted num">{t(M.codesInAll, { total: formatNumber(view.size) })}</span>
          </p>
        )
      }
    </QueryView>
  );
}

/** Which codes an element takes; where there are none, which list is expected and why it is not here. */
export function Expected({ row }: DetailProps) {
  const t = useT();
  if (row.value_set) {
    return <Table code={String(row.value_set)} />;
  }
  return lacksTable(row.type, row.value_set) ? (
    <Alert type="warning" showIcon title={t(M.noTable, { title: String(row.title) })} description={t(M.noTableWhy)} />
  ) : null;
}
