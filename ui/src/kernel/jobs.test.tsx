import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { renderAt } from "../testing/render";
import { type Answer, serve } from "../testing/server";
import { jobsOf, useFollowJob } from "./jobs";

describe("jobsOf", () => {
  it.each([
    [{ job_id: "a" }, ["a"]],
    [{ job_run_ids: ["a", "b"] }, ["a", "b"]],
    [{ password: "x" }, []],
    [undefined, []],
  ])("of %j is %j", (answer, jobs) => expect(jobsOf(answer)).toEqual(jobs));
});

function Start() {
  const follow = useFollowJob();
  return (
    <button type="button" onClick={() => follow("j1", "质控运行")}>
      go
    </button>
  );
}

function open(states: object[], more: Record<string, Answer> = {}) {
  let turn = 0;
  const job = () => ({ id: "j1", name: "x", done: 0, total: null, message: null, error: null, ...states[turn++] });
  const asked = serve({ "GET /api/jobs/j1": () => (turn < states.length ? job() : undefined), ...more });
  renderAt("/", [{ path: "/", element: <Start /> }]);
  return asked;
}

describe("useFollowJob", () => {
  it("shows how far the job is, asks until it has ended, and no longer", async () => {
    const asked = open([
      { status: "queued" },
      { status: "running", done: 3, total: 10, message: "住院" },
      { status: "succeeded" },
    ]);
    await userEvent.click(screen.getByRole("button", { name: "go" }));
    expect(await screen.findByText("质控运行")).toBeTruthy();
    expect(await screen.findByText("30%")).toBeTruthy();
    expect(screen.getByText(/住院/)).toBeTruthy();
    expect(await screen.findByText("成功")).toBeTruthy();
    expect(asked).toHaveLength(3);
  });

  it("calls it off once that is confirmed", async () => {
    const running = { status: "running", stage: "审核", done: 500, total: 3000 };
    const asked = open([running, running, running], { "POST /api/jobs/j1/cancel": () => undefined });
    await userEvent.click(screen.getByRole("button", { name: "go" }));
    expect(await screen.findByText(/审核 500 \/ 3,000/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: /取\s*消/ }));
    expect(asked.some((one) => one.method === "POST")).toBe(false);
    await userEvent.click(await screen.findByRole("button", { name: /确\s*定/ }));
    await waitFor(() => expect(asked.some((one) => one.path === "/api/jobs/j1/cancel")).toBe(true));
  });

  it("says why it failed", async () => {
    open([{ status: "failed", error: "源库连不上" }]);
    await userEvent.click(screen.getByRole("button", { name: "go" }));
    await waitFor(() => expect(screen.getByText(/源库连不上/)).toBeTruthy());
  });
});
