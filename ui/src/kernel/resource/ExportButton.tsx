import { DownloadOutlined } from "@ant-design/icons";
import { App, Button, Dropdown } from "antd";
import { address, download } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { K } from "@/kernel/messages";
import { useExplain } from "@/kernel/state";

interface Props {
  path: string;
  query?: Parameters<typeof address>[1];
  /** What the file is made of, where it is not stored: it is sent along. */
  body?: unknown;
  disabled?: boolean;
  size?: "small";
  /** What is downloaded, where it is not what the page shows. */
  label?: string;
}

/** Download what the filters of a page let through. */
export function ExportButton({ path, query, body, disabled, size, label }: Props) {
  const t = useT();
  const explain = useExplain();
  const { message } = App.useApp();
  const save = async (format: string) => {
    if (body === undefined) {
      window.location.assign(address(path, { ...query, format }));
      return;
    }
    try {
      await download(path, { ...query, format }, body);
    } catch (error) {
      message.error(explain(error).title);
    }
  };
  return (
    <Dropdown
      disabled={disabled}
      menu={{
        items: [
          { key: "csv", label: "CSV" },
          { key: "xlsx", label: "Excel (xlsx)" },
        ],
        onClick: ({ key }) => save(key),
      }}
    >
      <Button size={size} icon={<DownloadOutlined />}>
        {label ?? t(K.export)}
      </Button>
    </Dropdown>
  );
}
