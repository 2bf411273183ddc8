import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { renderAt } from "../../testing/render";
import { Refusal, serve } from "../../testing/server";
import { LoginPage, safeNext } from "./LoginPage";

describe("safeNext", () => {
  it.each([
    ["/quality/overview?x=1", "/quality/overview?x=1"],
    ["https://evil.example", "/home"],
    ["//evil.example", "/home"],
    ["/login?next=/login", "/home"],
    [null, "/home"],
  ])("%s leads to %s", (next, to) => expect(safeNext(next)).toBe(to));
});

const routes = [
  { path: "/login", element: <LoginPage /> },
  { path: "/password", element: <p>change it</p> },
  { path: "/quality", element: <p>quality page</p> },
];

async function signIn() {
  await userEvent.type(screen.getByPlaceholderText("用户名"), "admin");
  await userEvent.type(screen.getByPlaceholderText("密码"), "secret{Enter}");
}

describe("LoginPage", () => {
  it("goes where the user wanted to go", async () => {
    const asked = serve({ "POST /api/auth/login": () => ({ username: "admin", must_change_password: false }) });
    renderAt("/login?next=/quality", routes);
    await signIn();
    expect(await screen.findByText("quality page")).toBeTruthy();
    expect(asked[0]?.body).toEqual({ username: "admin", password: "secret" });
  });

  it("demands a new password first when one is due", async () => {
    serve({ "POST /api/auth/login": () => ({ username: "admin", must_change_password: true }) });
    renderAt("/login?next=/quality", routes);
    await signIn();
    expect(await screen.findByText("change it")).toBeTruthy();
  });

  it("says why it was refused", async () => {
    const body = { title: "登录失败", status: 401, code: "wrong_credentials", detail: "用户名或密码错误" };
    serve({ "POST /api/auth/login": () => new Refusal(401, body) });
    renderAt("/login", routes);
    await signIn();
    expect(await screen.findByText("用户名或密码错误")).toBeTruthy();
  });
});
