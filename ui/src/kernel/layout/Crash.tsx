import { Button, Result } from "antd";
import { useRouteError } from "react-router";
import { useT } from "../i18n";
import { K } from "../messages";

/** A page that threw, or whose code could not be loaded (a new version was installed meanwhile). */
export function Crash() {
  const t = useT();
  const error = useRouteError();
  return (
    <Result
      className="state"
      status="warning"
      title={t(K.crashed)}
      subTitle={error instanceof Error ? error.message : undefined}
      extra={<Button onClick={() => window.location.reload()}>{t(K.reload)}</Button>}
    />
  );
}
