import { screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { renderAt } from "../../testing/render";
import { ApiError, type Problem } from "../client";
import { Refused } from "./Refused";

const PROBLEM: Problem = {
  title: "导入文件有误",
  title_en: "The file has mistakes",
  status: 422,
  detail: "共 7 处错误",
  detail_en: "7 mistakes",
  code: "import_refused",
  retryable: false,
  errors: [{ row: 3, column: "标准代码", reason: "XX99 不存在", column_en: "Standard code", reason_en: "no XX99" }],
  total: 7,
};
const show = (problem: Problem) => renderAt("/", [{ path: "/", element: <Refused error={new ApiError(problem)} /> }]);

afterEach(() => localStorage.clear());

it.each([
  ["zh", ["导入文件有误", "标准代码", "XX99 不存在", "共 7 处，先列出 1 处"]],
  ["en", ["The file has mistakes", "Standard code", "no XX99", "7 in all, the first 1 shown"]],
])("tells in %s which rows of a file are wrong", (language, texts) => {
  localStorage.setItem("suwen.language", language);
  show(PROBLEM);
  for (const text of ["3", ...texts]) {
    expect(screen.getByText(text)).toBeTruthy();
  }
});

it("tells what is wrong with what is no file", () => {
  localStorage.setItem("suwen.language", "en");
  show({ ...PROBLEM, errors: [], received: "x" });
  expect(screen.getByText("7 mistakes · Received: x")).toBeTruthy();
});
