import { Menu, type MenuProps } from "antd";
import { memo, useMemo } from "react";
import { useLocation, useNavigate } from "react-router";
import { useT, useTitle } from "../i18n";
import { Loading } from "../state";
import { iconOf } from "./icons";
import { entryOf, grouped, useMenu } from "./menu";

/** The menu of all rooms. Nothing but its own changes draws its hundred entries anew: the frame hears of every request. */
export const SideMenu = memo(({ collapsed }: { collapsed: boolean }) => {
  const { data, isLoading } = useMenu();
  const t = useT();
  const title = useTitle();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const items = useMemo(
    () =>
      grouped(data ?? []).flatMap((group): NonNullable<MenuProps["items"]> => {
        const entries = group.items.map((item) => ({ key: item.path, icon: iconOf(item.icon), label: title(item) }));
        // What belongs to no group stands alone.
        return group.title
          ? [
              {
                type: "group",
                key: group.title,
                label: collapsed ? "·" : t([group.title, group.title_en]),
                children: entries,
              },
            ]
          : entries;
      }),
    [data, collapsed, t, title],
  );
  if (!data) {
    return <div className="side-loading">{isLoading && <Loading rows={8} />}</div>;
  }
  const selected = entryOf(data, pathname);
  return (
    <Menu
      className="side-menu"
      mode="inline"
      inlineCollapsed={collapsed}
      inlineIndent={12}
      items={items}
      selectedKeys={selected ? [selected.path] : []}
      // Names stand there in full unless it is collapsed.
      tooltip={collapsed ? undefined : false}
      onClick={({ key }) => navigate(key)}
    />
  );
});
