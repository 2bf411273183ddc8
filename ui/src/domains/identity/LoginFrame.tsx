import type { ReactNode } from "react";
import { useT } from "@/kernel/i18n";
import { LanguageSwitch } from "@/kernel/layout/UserBox";
import { M } from "./messages";
import "./login.css";

/** The page around a form that stands outside the signed-in frame. */
export function LoginFrame({ children }: { children: ReactNode }) {
  const t = useT();
  return (
    <div className="login">
      <div className="login-language">
        <LanguageSwitch />
      </div>
      <div className="login-box">
        <div className="login-brand">
          <img src="/logo.svg" alt="" width={38} height={38} />
          <div>
            <h1>素问 Suwen</h1>
            <p className="muted">{t(M.slogan)}</p>
          </div>
        </div>
        {children}
      </div>
      <p className="login-foot">{t(M.promise)}</p>
    </div>
  );
}
