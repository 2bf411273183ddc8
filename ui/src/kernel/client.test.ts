import { describe, expect, it, vi } from "vitest";
import { Refusal, serve } from "../testing/server";
import { ApiError, address, api, onRefusal, request } from "./client";

async function failure(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
    throw error;
  }
  throw new Error("the request was expected to fail");
}

describe("address", () => {
  it("leaves empty values out and repeats lists", () => {
    expect(address("/api/x", { a: 1, b: "", c: null, d: undefined, e: ["甲", "b"], f: false })).toBe(
      "/api/x?a=1&e=%E7%94%B2&e=b&f=false",
    );
  });
});

describe("request", () => {
  it("marks only state-changing requests as ours", async () => {
    const asked = serve({ "GET /api/x": () => ({}), "POST /api/x": () => ({}) });
    await api.get("/api/x");
    await api.post("/api/x", { a: 1 });
    expect(asked.map((one) => one.headers.get("X-Suwen-Request"))).toEqual([null, "1"]);
    expect(asked[1]?.body).toEqual({ a: 1 });
  });

  it("gives undefined for an empty answer", async () => {
    serve({ "DELETE /api/x": () => undefined });
    expect(await api.delete("/api/x")).toBeUndefined();
  });

  it("carries the whole problem", async () => {
    const body = {
      title: "数据无效",
      status: 422,
      code: "invalid",
      detail: "页码超出范围",
      received: 0,
      allowed: ">=1",
    };
    serve({ "GET /api/x": () => new Refusal(422, body) });
    const { problem } = await failure(api.get("/api/x"));
    expect(problem).toMatchObject(body);
    expect(problem.retryable).toBe(false);
  });

  it("makes a problem of an answer that is none", async () => {
    vi.stubGlobal("fetch", async () => new Response("<html>Bad gateway</html>", { status: 502 }));
    const { problem } = await failure(api.get("/api/x"));
    expect(problem).toMatchObject({ status: 502, code: "http_502", retryable: true });
  });

  it("says that the server was not reached", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("Failed to fetch");
    });
    const { problem } = await failure(api.get("/api/x"));
    expect(problem).toMatchObject({ status: 0, code: "unreachable", retryable: true });
  });

  it("lets an aborted request stay an abort", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new DOMException("stopped", "AbortError");
    });
    await expect(request("/api/x")).rejects.toThrow(DOMException);
  });
});

describe("onRefusal", () => {
  it("tells of a lost session and of a due password, not of a wrong password or a missing right", async () => {
    const told: string[] = [];
    const stop = onRefusal((problem) => told.push(problem.code));
    const refuse = (status: number, code: string) => () => new Refusal(status, { code, status });
    serve({
      "GET /api/a": refuse(401, "unauthenticated"),
      "GET /api/b": refuse(403, "password_change_required"),
      "GET /api/c": refuse(403, "forbidden"),
      "POST /api/auth/login": refuse(401, "wrong_credentials"),
    });
    await failure(api.get("/api/a"));
    await failure(api.get("/api/b"));
    await failure(api.get("/api/c"));
    await failure(api.post("/api/auth/login", {}));
    stop();
    await failure(api.get("/api/a"));
    expect(told).toEqual(["unauthenticated", "password_change_required"]);
  });
});
