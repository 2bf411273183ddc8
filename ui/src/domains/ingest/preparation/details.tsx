import { Link } from "react-router";
import { type Message, useT } from "@/kernel/i18n";
import type { DetailProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { P } from "./messages";

/** Where the rows behind an element's counts are seen, and where what is left to do is done. */
function PreparationLinks({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const { feed, element, dataset, org_code: org, source } = row as Record<string, string>;
  const refused = new URLSearchParams({ "f.feed": feed ?? "", "f.element": element ?? "" });
  const judged = new URLSearchParams({ "f.org_code": org ?? "", "f.dataset": dataset ?? "" });
  const links: [string, Message, string][] = [
    [`/ingest/quarantine?${refused}`, P.seeRows, "ingest.rows"],
    [`/ingest/sources/${source}/feeds/${feed?.split(".")[1]}`, P.seeMapping, "ingest.write"],
    ["/terms", P.seeTerms, "terms.read"],
    [`/quality/totals?${judged}`, P.seeQuality, "quality.read"],
    [`/catalog/datasets/${dataset}?tab=rows`, P.seeSample, "catalog.rows"],
    ["/ops/backups", P.seeBackup, "ops.read"],
  ];
  return (
    <div>
      <h3>{t(P.next)}</h3>
      <div className="row">
        {links
          .filter(([, , right]) => may(right))
          .map(([to, label]) => (
            <Link key={to} to={to}>
              {t(label)}
            </Link>
          ))}
      </div>
    </div>
  );
}

export const preparationDetails = { "ingest.preparation": PreparationLinks };
