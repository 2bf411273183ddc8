import { useQuery } from "@tanstack/react-query";
import { api } from "@/kernel/client";
import type { Kind } from "./types";

/** What can be registered, with the forms of each operation. */
export function useKinds() {
  return useQuery({
    queryKey: ["orgs", "kinds"],
    queryFn: ({ signal }) => api.get<Kind[]>("/api/orgs/registrations/kinds", undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
