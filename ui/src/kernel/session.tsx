/** Who is signed in, and what that one may do. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { components } from "@/api/schema";
import { api } from "./client";

export type Session = components["schemas"]["Me"];

export const SESSION_KEY = ["session"];

/** The signed-in user; asks once and keeps the answer until it is signed out. */
export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: ({ signal }) => api.get<Session>("/api/auth/me", undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** Whether the signed-in user holds a permission ("*" holds all). */
export function useMay(): (permission: string) => boolean {
  const { data } = useSession();
  return useCallback(
    (permission) => Boolean(data?.permissions.some((code) => code === "*" || code === permission)),
    [data],
  );
}

/** The data grade of names and numbers of persons; the server refuses to show them in full below it. */
const IDENTIFIER_GRADE = 4;

/** Whether direct identifiers are shown in full when asked for: it takes the right and the data grade. */
export function mayUnmask(session: Session | undefined): boolean {
  return Boolean(session?.scope.unmask && session.scope.grade >= IDENTIFIER_GRADE);
}

/** Sign out and forget everything that was read. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(async () => {
    await api.post("/api/auth/logout").catch(() => undefined);
    client.clear();
    window.location.assign("/login");
  }, [client]);
}
