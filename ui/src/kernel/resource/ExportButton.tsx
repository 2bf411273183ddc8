import { DownloadOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { address } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { K } from "@/kernel/messages";

interface Props {
  path: string;
  query: Record<string, string | null>;
  disabled: boolean;
}

/** Download what the filters of a page let through. */
export function ExportButton({ path, query, disabled }: Props) {
  const t = useT();
  return (
    <Dropdown
      disabled={disabled}
      menu={{
        items: [
          { key: "csv", label: "CSV" },
          { key: "xlsx", label: "Excel (xlsx)" },
        ],
        onClick: ({ key }) => window.location.assign(address(path, { ...query, format: key })),
      }}
    >
      <Button icon={<DownloadOutlined />}>{t(K.export)}</Button>
    </Dropdown>
  );
}
