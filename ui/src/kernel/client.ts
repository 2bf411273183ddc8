/** The one way to the API: JSON in and out, errors as problems (RFC 9457). */
import type { components } from "@/api/schema";

/** What is wrong with a row of an uploaded file. */
export type Mistake = components["schemas"]["Mistake"];

export interface FieldProblem {
  field: string;
  message: string;
  message_en?: string;
}

/** Body of an `application/problem+json` answer; what it says in English, too, has `_en` behind its name. */
export interface Problem {
  title: string;
  title_en?: string;
  status: number;
  detail: string;
  detail_en?: string;
  code: string;
  retryable: boolean;
  received?: unknown;
  allowed?: string | string[];
  /** What is wrong, field by field of a form or row by row of a file; `total` counts those that are not told, too. */
  errors?: (FieldProblem | Mistake)[];
  total?: number;
}

/** An answer that is not 2xx, or none at all (`status` 0). */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.problem = problem;
  }

  /** What is wrong with a form, field by field. */
  get fields(): FieldProblem[] {
    return (this.problem.errors ?? []).filter((one) => "field" in one);
  }

  /** What is wrong with a file, row by row. */
  get mistakes(): Mistake[] {
    return (this.problem.errors ?? []).filter((one) => "row" in one);
  }
}

export type QueryValue = string | number | boolean | null | undefined;

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, QueryValue | QueryValue[]>;
  body?: unknown;
  signal?: AbortSignal;
}

type Listener = (problem: Problem) => void;
const refusals = new Set<Listener>();

/** Be told when the session is gone (401) or a new password is due; returns the way to stop listening. */
export function onRefusal(listener: Listener): () => void {
  refusals.add(listener);
  return () => {
    refusals.delete(listener);
  };
}

/** `/api/x` + query → one address; empty values are left out. */
export function address(path: string, query: RequestOptions["query"] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") {
        search.append(name, String(one));
      }
    }
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** Ask the API. Throws ApiError for every answer that is not 2xx and when no answer came. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { method = "GET", query, body, signal } = options;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") {
    headers["X-Suwen-Request"] = "1";
  }
  // The browser itself names the boundary of a form that carries a file.
  const form = body instanceof FormData;
  if (body !== undefined && !form) {
    headers["Content-Type"] = "application/json";
  }
  let response: Response;
  try {
    response = await fetch(address(path, query), {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined || form ? (body as FormData | undefined) : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new ApiError({ title: "", status: 0, detail: "", code: "unreachable", retryable: true });
  }
  const data = await readJson(response);
  if (response.ok) {
    return data as T;
  }
  const problem = problemOf(response.status, data);
  const needsSession = response.status === 401 && !path.startsWith("/api/auth/login");
  if (needsSession || problem.code === "password_change_required") {
    for (const listener of refusals) {
      listener(problem);
    }
  }
  throw new ApiError(problem);
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!text) {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(status: number, data: unknown): Problem {
  const body = (typeof data === "object" && data !== null ? data : {}) as Partial<Problem>;
  return {
    ...body,
    title: body.title ?? "",
    status,
    detail: typeof body.detail === "string" ? body.detail : "",
    code: body.code ?? `http_${status}`,
    retryable: body.retryable ?? status >= 500,
  };
}

/** Ask for a file by a request with a body, which an address alone cannot carry, and hand it to the browser. */
export async function download(path: string, query: RequestOptions["query"], body: unknown): Promise<void> {
  const response = await fetch(address(path, query), {
    method: "POST",
    headers: { "X-Suwen-Request": "1", "Content-Type": "application/json" },
    credentials: "same-origin",
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new ApiError(problemOf(response.status, await readJson(response)));
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "export";
  link.click();
  URL.revokeObjectURL(link.href);
}

export const api = {
  get: <T>(path: string, query?: RequestOptions["query"], signal?: AbortSignal) => request<T>(path, { query, signal }),
  post: <T>(path: string, body?: unknown, query?: RequestOptions["query"]) =>
    request<T>(path, { method: "POST", body, query }),
  put: <T>(path: string, body?: unknown) => request<T>(path, { method: "PUT", body }),
  patch: <T>(path: string, body?: unknown) => request<T>(path, { method: "PATCH", body }),
  delete: <T>(path: string) => request<T>(path, { method: "DELETE" }),
};
