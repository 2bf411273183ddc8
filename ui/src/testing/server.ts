/** A stand-in for the API in tests: answers by method and path, and remembers what it was asked. */
import { vi } from "vitest";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Headers;
}

export type Answer = (asked: Asked) => unknown;

/** An answer other than 200. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {}
}

/** Serve `{"GET /api/x": () => data}`; a path that is not listed fails the test's request with 404. */
export function serve(answers: Record<string, Answer>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (input: string, init: RequestInit = {}) => {
    const url = new URL(input, "http://localhost");
    const one: Asked = {
      method: init.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      body: init.body instanceof FormData ? init.body : init.body ? JSON.parse(String(init.body)) : undefined,
      headers: new Headers(init.headers),
    };
    asked.push(one);
    const answer = answers[`${one.method} ${one.path}`];
    const data = answer ? answer(one) : new Refusal(404, { title: "未找到", status: 404, code: "not_found" });
    return data instanceof Refusal
      ? new Response(JSON.stringify(data.body), { status: data.status })
      : new Response(data === undefined ? null : JSON.stringify(data), { status: 200 });
  });
  return asked;
}
