/** What the bench reads, and how a decision changes what is on screen without reading everything again. */
import { type InfiniteData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "@/kernel/client";
import type { Bench, Dictionary, EntryDetail, State, Term } from "../types";

export const PORTION = 50;
export type Portions = InfiniteData<Bench, string | null>;

export const benchKey = (id: string, state: State, q: string) => ["terms", "bench", id, state, q];

export function useBench(id: string, state: State, q: string) {
  return useInfiniteQuery({
    queryKey: benchKey(id, state, q),
    queryFn: ({ pageParam, signal }) =>
      api.get<Bench>(`/api/terms/dictionaries/${id}/bench`, { state, q, after: pageParam, limit: PORTION }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
}

export const entryKey = (id: string | null) => ["terms", "entry", id];

export function useEntry(id: string | null) {
  return useQuery({
    queryKey: entryKey(id),
    queryFn: ({ signal }) => api.get<EntryDetail>(`/api/terms/entries/${id}/candidates`, undefined, signal),
    enabled: id !== null,
  });
}

/** Standard terms by text, each compared with an entry. */
export function useTerms(dictionary: string, entry: string, q: string) {
  return useQuery({
    queryKey: ["terms", "standard", dictionary, entry, q],
    queryFn: ({ signal }) =>
      api.get<Term[]>(`/api/terms/dictionaries/${dictionary}/terms`, { q, entry, limit: 20 }, signal),
    enabled: q !== "",
  });
}

const COUNTS: Record<State, keyof Dictionary & `${State}_entries`> = {
  open: "open_entries",
  asked: "asked_entries",
  review: "review_entries",
  mapped: "mapped_entries",
  none: "none_entries",
};

export const countOf = (held: Dictionary, state: State) => held[COUNTS[state]];

/** The portions without a decided entry, the dictionary's counts moved from one state to the other. */
export function withoutEntry(data: Portions, id: string, from: State, to: State): Portions {
  const found = data.pages.flatMap((page) => page.items).find((entry) => entry.id === id);
  if (!found) {
    return data;
  }
  const weigh = (held: Dictionary, state: State, sign: number): Dictionary => {
    const counted = { ...held, [COUNTS[state]]: held[COUNTS[state]] + sign };
    if (state === "mapped") {
      counted.mapped_records += sign * found.records;
    }
    if (state === "none") {
      counted.none_records += sign * found.records;
    }
    return counted;
  };
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      dictionary: weigh(weigh(page.dictionary, from, -1), to, 1),
      items: page.items.filter((entry) => entry.id !== id),
    })),
  };
}
