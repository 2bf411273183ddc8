import { useQuery } from "@tanstack/react-query";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";

type Schemas = components["schemas"];
export type Element = Schemas["Element"];
export type ValueSet = Schemas["UsedValueSet"];
export type Dictionary = Schemas["Dictionary"];

/** The declaration of a dataset with the value sets it uses. */
export function useDictionary(code: string, enabled = true) {
  return useQuery({
    queryKey: ["standards", "dictionary", code],
    queryFn: ({ signal }) => api.get<Dictionary>(`/api/standards/datasets/${code}/dictionary`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
    enabled,
  });
}
