/** Field kinds that a room brings along: `domains/<room>/kinds.tsx` exports `kinds = { roles: { Display, Input } }`. */
import type { ComponentType } from "react";
import type { FieldSpec } from "./types";

export interface InputProps {
  field: FieldSpec;
  id?: string;
  value?: unknown;
  onChange?: (value: unknown) => void;
}

export interface RoomKind {
  Display?: ComponentType<{ value: unknown; field: FieldSpec }>;
  Input?: ComponentType<InputProps>;
  /** The values that a filter offers, and the form where there is no `Input`. */
  useOptions?: () => { value: string; label: string }[];
  /** Whether the input needs more room than a form's usual width. */
  wide?: boolean;
}

let known: Map<string, RoomKind> | undefined;

/** The kind's own components, if a room brings it. */
export function roomKind(kind: string): RoomKind | undefined {
  // Read at first use: the rooms' modules import this one.
  known ??= new Map(Object.values(FOUND).flatMap((module) => Object.entries(module.kinds)));
  return known.get(kind);
}

const FOUND = import.meta.glob<{ kinds: Record<string, RoomKind> }>("../../domains/*/kinds.tsx", { eager: true });
