import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "@/kernel/client";
import { formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import type { DetailProps } from "@/kernel/resource/overrides";
import type { Page } from "@/kernel/resource/types";
import { useMay } from "@/kernel/session";
import { QueryView } from "@/kernel/state";
import { M } from "./messages";

/** The drug catalogue of an institution, as its source dictionaries hold it. */
function Drugs({ row }: DetailProps) {
  const t = useT();
  const wanted = { "f.kind": "drug", "f.org_code": String(row.org_code) };
  const drugs = useQuery({
    queryKey: ["orgs", "library", "drugs", row.org_code],
    queryFn: ({ signal }) => api.get<Page<unknown>>("/api/terms/entries", { ...wanted, page_size: 1 }, signal),
  });
  return (
    <QueryView query={drugs} rows={1}>
      {({ total }) => (
        <p>
          <Link to={`/terms/entries?${new URLSearchParams(wanted)}`}>{t(M.drugs, { count: formatNumber(total) })}</Link>
        </p>
      )}
    </QueryView>
  );
}

function Library({ row }: DetailProps) {
  const may = useMay();
  return may("terms.read") ? <Drugs row={row} /> : null;
}

export const details = { "orgs.library": Library };
