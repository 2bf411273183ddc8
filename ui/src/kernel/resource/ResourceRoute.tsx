import { Button, Result } from "antd";
import { useLocation, useNavigate } from "react-router";
import { ApiError } from "../client";
import { useT } from "../i18n";
import { K } from "../messages";
import { Loading } from "../state";
import { useResource } from "./api";
import { ResourcePage } from "./ResourcePage";

/** Any address without a page of its own is a resource's: /identity/users draws `identity.users`. */
export function ResourceRoute() {
  const t = useT();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const name = pathname.split("/").filter(Boolean).join(".");
  const spec = useResource(name);
  if (spec.isPending) {
    return <Loading />;
  }
  if (spec.error instanceof ApiError && spec.error.problem.status === 404) {
    return (
      <Result
        className="state"
        status="info"
        title={t(K.notFound)}
        subTitle={t(K.notFoundDetail)}
        extra={<Button onClick={() => navigate("/home")}>{t(K.backHome)}</Button>}
      />
    );
  }
  return <ResourcePage key={name} name={name} />;
}
