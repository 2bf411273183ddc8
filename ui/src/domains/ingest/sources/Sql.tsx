import { CopyOutlined, DownloadOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useT } from "@/kernel/i18n";
import { C } from "./messagesChanges";

interface Props {
  title: string;
  note?: string;
  text: string;
  /** Name of the file as which it is downloaded. */
  file: string;
}

/** SQL for a source's administrator, who alone runs it. */
export function Sql({ title, note, text, file }: Props) {
  const t = useT();
  const { message } = App.useApp();
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    message.success(t(C.copied));
  };
  return (
    <div>
      <h3>
        {title} {note && <span className="muted">{note}</span>}
      </h3>
      <pre className="json">{text}</pre>
      <Button size="small" icon={<CopyOutlined />} onClick={copy}>
        {t(C.copy)}
      </Button>{" "}
      <Button
        size="small"
        icon={<DownloadOutlined />}
        href={`data:application/sql;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
        download={file}
      >
        {t(C.save)}
      </Button>
    </div>
  );
}
