import { useQuery } from "@tanstack/react-query";
import { api } from "@/kernel/client";
import { isLive } from "@/kernel/resource/api";
import type { Page, Row } from "@/kernel/resource/types";
import type { Batch, Feed, Source } from "./types";

const ALL = { page_size: 1000 };

/** Sources, feeds and the newest batches; read again while one is under way. */
export function useIngest(enabled = true) {
  return useQuery({
    queryKey: ["ingest", "overview"],
    queryFn: async ({ signal }) => {
      const [sources, feeds, batches] = await Promise.all([
        api.get<Page<Source>>("/api/ingest/sources", ALL, signal),
        api.get<Page<Feed>>("/api/ingest/feeds", ALL, signal),
        api.get<Page<Batch>>("/api/ingest/batches", { ...ALL, sort: "-started_at" }, signal),
      ]);
      return { sources: sources.items, feeds: feeds.items, batches: batches.items };
    },
    refetchInterval: (query) => (query.state.data?.batches.some((one) => isLive(one as unknown as Row)) ? 2000 : false),
    enabled,
  });
}
