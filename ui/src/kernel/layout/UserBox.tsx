import { DownOutlined, GlobalOutlined, KeyOutlined, LogoutOutlined, UserOutlined } from "@ant-design/icons";
import { Button, Dropdown, Space } from "antd";
import { useNavigate } from "react-router";
import { useLanguage, useT } from "../i18n";
import { K } from "../messages";
import { useSession, useSignOut } from "../session";

export function LanguageSwitch() {
  const t = useT();
  const { language, setLanguage } = useLanguage();
  return (
    <Button
      type="text"
      icon={<GlobalOutlined />}
      data-testid="language"
      onClick={() => setLanguage(language === "zh" ? "en" : "zh")}
    >
      {t(K.language)}
    </Button>
  );
}

export function UserBox() {
  const t = useT();
  const { data } = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  return (
    <Space size={4}>
      <LanguageSwitch />
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            { key: "password", icon: <KeyOutlined />, label: t(K.changePassword) },
            { type: "divider" },
            { key: "out", icon: <LogoutOutlined />, label: t(K.signOut) },
          ],
          onClick: ({ key }) => (key === "out" ? void signOut() : navigate("/password")),
        }}
      >
        <Button type="text" icon={<UserOutlined />} data-testid="user-box">
          {data?.display_name || data?.username}
          <DownOutlined className="user-caret" />
        </Button>
      </Dropdown>
    </Space>
  );
}
