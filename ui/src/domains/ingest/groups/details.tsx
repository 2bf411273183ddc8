import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { isLive } from "@/kernel/resource/api";
import type { DetailProps } from "@/kernel/resource/overrides";
import type { Row } from "@/kernel/resource/types";
import { QueryView } from "@/kernel/state";
import type { GroupPicture } from "../types";
import { G } from "./messages";
import { Picture } from "./Picture";

/** A group, or one run of it; read again while it goes on. */
export function usePicture(path: string) {
  return useQuery({
    queryKey: ["ingest", path],
    queryFn: ({ signal }) => api.get<GroupPicture>(path, undefined, signal),
    refetchInterval: (query) => (query.state.data?.run && isLive(query.state.data.run as Row) ? 2000 : false),
  });
}

function GroupDetail({ row }: DetailProps) {
  const t = useT();
  return (
    <div className="stack">
      <Link to={`/ingest/groups/${String(row.id)}`}>{t(G.open)}</Link>
      <Order path={`/api/ingest/groups/${String(row.id)}/picture`} />
    </div>
  );
}

function RunDetail({ row }: DetailProps) {
  const t = useT();
  return (
    <div className="stack">
      <Link to={`/ingest/groups/${String(row.group_id)}?run=${String(row.id)}`}>{t(G.open)}</Link>
      <Order path={`/api/ingest/group_runs/${String(row.id)}/picture`} />
    </div>
  );
}

function Order({ path }: { path: string }) {
  const t = useT();
  const picture = usePicture(path);
  return (
    <QueryView query={picture} rows={3}>
      {(data) => (
        <div>
          <h3>{t(G.picture)}</h3>
          <Picture members={data.members} />
        </div>
      )}
    </QueryView>
  );
}

export const groupDetails = { "ingest.groups": GroupDetail, "ingest.group_runs": RunDetail };
