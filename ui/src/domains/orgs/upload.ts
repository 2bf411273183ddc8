import { api } from "@/kernel/client";
import type { Place } from "@/kernel/fields/SheetChoice";

/** An uploaded table with its place in the file. */
export function formOf(file: File, place: Place): FormData {
  const form = new FormData();
  form.append("file", file);
  form.append("sheet", place.sheet);
  form.append("header_row", String(place.header_row));
  return form;
}

/** The sheets of a file; one that cannot be read has none, and what is wrong with it is told by who reads it. */
export async function sheetsOf(file: File): Promise<string[]> {
  const form = new FormData();
  form.append("file", file);
  return api.post<string[]>("/api/orgs/sheets", form).catch(() => []);
}
