import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderAt } from "../testing/render";
import { messages, translate, useT } from "./i18n";
import { LanguageSwitch } from "./layout/UserBox";

const M = messages({ total: ["共 {count} 条", "{count} rows"] });

function Total() {
  return <b>{useT()(M.total, { count: 3 })}</b>;
}

describe("translate", () => {
  it("fills parameters in and leaves unknown ones standing", () => {
    expect(translate("zh", M.total, { count: 0 })).toBe("共 0 条");
    expect(translate("en", M.total, {})).toBe("{count} rows");
  });
});

describe("LanguageSwitch", () => {
  it("changes every text at once and is remembered", () => {
    const element = (
      <>
        <LanguageSwitch />
        <Total />
      </>
    );
    renderAt("/", [{ path: "/", element }]);
    expect(screen.getByText("共 3 条")).toBeTruthy();
    fireEvent.click(screen.getByTestId("language"));
    expect(screen.getByText("3 rows")).toBeTruthy();
    expect(localStorage.getItem("suwen.language")).toBe("en");
    expect(document.documentElement.lang).toBe("en");
  });
});
