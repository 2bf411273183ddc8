import type { Message } from "@/kernel/i18n";
import { M } from "./messages";
import type { Kind } from "./types";

export type Cell = string | number | boolean | null | undefined;
export type Part = Record<string, Cell | Record<string, string>>;
export type Body = Record<string, unknown>;

export interface DraftColumn {
  name: string;
  title: Message;
  kind: "text" | "number" | "flag";
  width?: number;
}

const text = (name: string, title: Message, width?: number): DraftColumn => ({ name, title, kind: "text", width });

/** The list of parts of each kind of item, and which of their fields are edited. */
export const PARTS: Partial<Record<Kind, { list: string; key: string; columns: DraftColumn[] }>> = {
  value_set: {
    list: "items",
    key: "code",
    columns: [text("code", M.code, 130), text("title", M.meaning), text("parent", M.parent, 130)],
  },
  dataset: {
    list: "elements",
    key: "name",
    columns: [
      text("name", M.code, 170),
      text("title", M.name, 170),
      text("title_en", M.english, 170),
      text("de", M.de, 150),
      text("type", M.type, 100),
      { name: "length", title: M.length, kind: "number", width: 90 },
      text("format", M.format, 100),
      text("value_set", M.valueSet, 140),
      { name: "required", title: M.required, kind: "flag", width: 60 },
      { name: "grade", title: M.grade, kind: "number", width: 80 },
      text("source", M.provenance, 200),
    ],
  },
  catalogue: {
    list: "elements",
    key: "code",
    columns: [
      text("code", M.code, 170),
      text("title", M.name),
      text("de", M.de, 150),
      text("type", M.type, 70),
      text("format", M.format, 110),
      text("value_set", M.valueSet, 140),
      { name: "grade", title: M.grade, kind: "number", width: 80 },
    ],
  },
  specification: {
    list: "clauses",
    key: "code",
    columns: [
      text("code", M.code, 130),
      text("title", M.name, 180),
      text("group", M.group, 120),
      text("detail", M.detail),
      text("level", M.level, 80),
    ],
  },
  document: {
    list: "sections",
    key: "title",
    columns: [text("title", M.section), text("code", M.code, 150), text("system", M.system, 120)],
  },
};

/** Fields of the item itself that are edited, by kind. */
export const HEAD: { name: string; title: Message; kinds?: Kind[] }[] = [
  { name: "title", title: M.name },
  { name: "standard", title: M.standard },
  { name: "edition", title: M.edition },
  { name: "provenance", title: M.provenance },
  { name: "type", title: M.type, kinds: ["data_element"] },
  { name: "format", title: M.format, kinds: ["data_element"] },
  { name: "unit", title: M.unit, kinds: ["data_element"] },
  { name: "value_set", title: M.valueSet, kinds: ["data_element"] },
];

/** What is stored for a typed text: nothing instead of an empty one. */
export function cellOf(column: DraftColumn, typed: string): Cell {
  const plain = typed.trim();
  if (plain === "") {
    return null;
  }
  return column.kind === "number" && /^\d+$/.test(plain) ? Number(plain) : plain;
}

const ATTRIBUTE = "attributes.";
/** The column in which one attribute of codes is edited. */
export const attributeColumn = (name: string, title: Message) => text(`${ATTRIBUTE}${name}`, title, 140);

const attributesOf = (part: Part) => (part.attributes ?? {}) as Record<string, string>;

/** Names of the attributes that any of the codes has. */
export function attributesUsed(parts: Part[]): Set<string> {
  return new Set(parts.flatMap((part) => Object.keys(attributesOf(part))));
}

/** What stands in a cell. */
export function shownIn(part: Part, name: string): Cell {
  return name.startsWith(ATTRIBUTE) ? attributesOf(part)[name.slice(ATTRIBUTE.length)] : (part[name] as Cell);
}

/** A list with one field of one part changed; an attribute without a value is none. */
export function changed(parts: Part[], at: number, name: string, value: Cell): Part[] {
  return parts.map((part, index) => (index === at ? withCell(part, name, value) : part));
}

function withCell(part: Part, name: string, value: Cell): Part {
  if (!name.startsWith(ATTRIBUTE)) {
    return { ...part, [name]: value };
  }
  const attribute = name.slice(ATTRIBUTE.length);
  const { [attribute]: _, ...others } = attributesOf(part);
  const empty = value === null || value === undefined;
  return { ...part, attributes: empty ? others : { ...others, [attribute]: String(value) } };
}
