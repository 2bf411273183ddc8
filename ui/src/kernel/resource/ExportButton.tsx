import { DownloadOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { address } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { K } from "@/kernel/messages";

interface Props {
  path: string;
  query?: Parameters<typeof address>[1];
  disabled?: boolean;
  size?: "small";
}

/** Download what the filters of a page let through. */
export function ExportButton({ path, query, disabled, size }: Props) {
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
      <Button size={size} icon={<DownloadOutlined />}>
        {t(K.export)}
      </Button>
    </Dropdown>
  );
}
