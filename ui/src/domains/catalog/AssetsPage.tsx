import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { useT, useTitle } from "@/kernel/i18n";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import { A } from "./messages_assets";
import type { StageCount } from "./types";
import "./catalog.css";

/** All datasets as assets: at which stage of its life each stands, and what holds it up. */
export function AssetsPage() {
  const navigate = useNavigate();
  return (
    <ResourcePage
      name="catalog.assets"
      top={<Stages />}
      onOpen={(row) => navigate(`/catalog/assets/${encodeURIComponent(String(row.code))}`)}
    />
  );
}

/** How many stand at each stage; a click shows these alone. */
function Stages() {
  const t = useT();
  const title = useTitle();
  const [search, setSearch] = useSearchParams();
  const query = useQuery({
    queryKey: ["catalog", "stages"],
    queryFn: ({ signal }) => api.get<StageCount[]>("/api/catalog/stages", undefined, signal),
  });
  const chosen = search.get("f.stage");
  return (
    <div className="asset-stages">
      {query.data?.map((one) => (
        <Stat
          key={one.stage}
          label={title(one)}
          value={one.assets}
          tone={one.held ? "warn" : undefined}
          note={one.held ? t(A.held, { count: one.held }) : one.assets > 0 && t(A.noneHeld)}
          onClick={() => setSearch(chosen === one.stage ? {} : { "f.stage": one.stage })}
        />
      ))}
    </div>
  );
}
