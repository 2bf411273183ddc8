import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { renderAt } from "../testing/render";
import { serve } from "../testing/server";
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

function open(states: object[]) {
  let turn = 0;
  const job = () => ({ id: "j1", name: "x", done: 0, total: null, message: null, error: null, ...states[turn++] });
  const asked = serve({ "GET /api/jobs/j1": () => (turn < states.length ? job() : undefined) });
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

  it("says why it failed", async () => {
    open([{ status: "failed", error: "源库连不上" }]);
    await userEvent.click(screen.getByRole("button", { name: "go" }));
    await waitFor(() => expect(screen.getByText(/源库连不上/)).toBeTruthy());
  });
});
