import type { components } from "@/api/schema";

export type Todo = components["schemas"]["TodoOut"];
