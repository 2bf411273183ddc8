import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { useIsFetching } from "@tanstack/react-query";
import { Button } from "antd";
import { Suspense, useEffect, useState } from "react";
import { Navigate, Outlet, useLocation, useNavigation } from "react-router";
import { useT, useTitle } from "../i18n";
import { K } from "../messages";
import { useSession } from "../session";
import { ErrorState, Loading } from "../state";
import { entryOf, useMenu } from "./menu";
import { SideMenu } from "./SideMenu";
import { UserBox } from "./UserBox";

const STORE = "suwen.menu";

/** The frame of every signed-in page: menu, top bar, content. */
export function Shell() {
  const t = useT();
  const session = useSession();
  const { pathname } = useLocation();
  const [collapsed, setCollapsed] = useState(() => localStorage.getItem(STORE) === "collapsed");
  const busy = useNavigation().state === "loading";
  const fetching = useIsFetching() > 0;
  if (session.isPending) {
    return <Loading />;
  }
  if (session.isError) {
    return <ErrorState error={session.error} onRetry={() => session.refetch()} />;
  }
  if (session.data.must_change_password) {
    return <Navigate to="/password" replace />;
  }
  const toggle = () => {
    localStorage.setItem(STORE, collapsed ? "open" : "collapsed");
    setCollapsed(!collapsed);
  };
  return (
    <div className={collapsed ? "shell shell-collapsed" : "shell"}>
      <aside className="side">
        <div className="brand">
          <img src="/logo.svg" alt="" width={24} height={24} />
          {!collapsed && (
            <span>
              素问 <em>Suwen</em>
            </span>
          )}
        </div>
        <SideMenu collapsed={collapsed} />
      </aside>
      <header className="top">
        <Button
          type="text"
          icon={collapsed ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
          aria-label={t(collapsed ? K.expand : K.collapse)}
          onClick={toggle}
        />
        <PageName />
        <span className="grow" />
        <UserBox />
      </header>
      <main
        className={busy ? "content content-busy" : "content"}
        key={pathname.split("/")[1]}
        aria-busy={busy || fetching}
      >
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}

function PageName() {
  const t = useT();
  const title = useTitle();
  const { pathname } = useLocation();
  const { data } = useMenu();
  const entry = entryOf(data ?? [], pathname);
  const name = entry ? title(entry) : "";
  useEffect(() => {
    document.title = name ? `${name} · ${t(K.product)}` : t(K.product);
  }, [name, t]);
  return (
    <span className="page-name">
      {entry?.group && <span className="muted">{t([entry.group, entry.group_en])} / </span>}
      {name}
    </span>
  );
}
