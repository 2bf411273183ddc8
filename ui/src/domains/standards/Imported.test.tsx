import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Job } from "@/kernel/jobs";
import { renderAt } from "../../testing/render";
import { Imported } from "./Imported";
import type { ListPreview } from "./types";

it.each([
  ["running", "文件已核对无误，正在后台导入；进度见右下角，可随时取消。"],
  ["succeeded", "导入完成"],
  ["failed", "有进行中的修订"],
  ["cancelled", "导入已取消，未导入任何数据"],
])("tells of an import by a job that is %s", (status, text) => {
  const told = { job_id: "j", version: null } as ListPreview;
  const job = { status, error: status === "failed" ? "有进行中的修订" : null } as Job;
  renderAt("/", [{ path: "/", element: <Imported told={told} job={job} /> }]);
  expect(screen.getByText(text)).toBeTruthy();
});
