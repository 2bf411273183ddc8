import type { Page } from "@/kernel/resource/types";

export interface Person {
  id: string;
  name: string | null;
  sex_code: string | null;
  birth_date: string | null;
  age: number | null;
  id_no: string | null;
  phone: string | null;
  identities: number;
  institutions: string[];
  seen_at: string;
}

/** A source identity 来源身份. */
export interface Identity {
  patient_key: string;
  org_code: string;
  patient_id: string;
  name: string | null;
  sex_code: string | null;
  birth_date: string | null;
  id_no: string | null;
  health_card_no: string | null;
  phone: string | null;
  address: string | null;
  linked_by: string | null;
  linked_score: number | null;
  seen_at: string;
}

export interface PersonDetail extends Person {
  members: Identity[];
  unmasked: boolean;
}

export interface Suspect {
  id: string;
  score: number;
  rule: string;
  evidence: Record<string, unknown>;
  status: "open" | "same" | "different";
  found_at: string;
  decided_at: string | null;
  decided_by: string | null;
  left: Identity;
  right: Identity;
}

export interface Counts {
  identities: number;
  persons: number;
  shared: number;
  suspects: number;
}

export interface HistoryLine {
  at: string;
  action: string;
  person_id: string;
  from_person: string | null;
  patient_key: string | null;
  rule: string | null;
  score: number | null;
  by: string | null;
  reason: string | null;
}

export type PersonPage = Page<Person>;
export type SuspectPage = Page<Suspect>;
