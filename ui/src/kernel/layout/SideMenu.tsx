import { Menu, type MenuProps } from "antd";
import { useLocation, useNavigate } from "react-router";
import { useT, useTitle } from "../i18n";
import { Loading } from "../state";
import { iconOf } from "./icons";
import { entryOf, grouped, groupTitle, useMenu } from "./menu";

export function SideMenu({ collapsed }: { collapsed: boolean }) {
  const menu = useMenu();
  const t = useT();
  const title = useTitle();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  if (!menu.data) {
    return <div className="side-loading">{menu.isLoading && <Loading rows={8} />}</div>;
  }
  const items: MenuProps["items"] = grouped(menu.data).flatMap((group): NonNullable<MenuProps["items"]> => {
    const entries = group.items.map((item) => ({ key: item.path, icon: iconOf(item.icon), label: title(item) }));
    // What belongs to no group stands alone.
    return group.title
      ? [{ type: "group", key: group.title, label: collapsed ? "·" : t(groupTitle(group.title)), children: entries }]
      : entries;
  });
  const selected = entryOf(menu.data, pathname);
  return (
    <Menu
      className="side-menu"
      mode="inline"
      inlineCollapsed={collapsed}
      inlineIndent={12}
      items={items}
      selectedKeys={selected ? [selected.path] : []}
      onClick={({ key }) => navigate(key)}
    />
  );
}
