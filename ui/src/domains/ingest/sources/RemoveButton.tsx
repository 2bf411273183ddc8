import { DeleteOutlined } from "@ant-design/icons";
import { Alert, App, Button, type ButtonProps, Checkbox } from "antd";
import type { MouseEvent } from "react";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { useExplain } from "@/kernel/state";
import { S } from "./messages";
import { C } from "./messagesChanges";
import type { FeedDefinition } from "./types";

interface Props extends Pick<ButtonProps, "size" | "type"> {
  path: string;
  question: string;
  /** What goes with it. */
  feeds: FeedDefinition[];
  onRemoved: () => void;
}

/** Asks before it deletes, and whether the data goes too. */
export function RemoveButton({ path, question, feeds, onRemoved, ...rest }: Props) {
  const t = useT();
  const explain = useExplain();
  const { modal, message } = App.useApp();
  const ask = (event: MouseEvent) => {
    // In a row of a list a click would open the row as well.
    event.stopPropagation();
    const modes = new Set(feeds.map((feed) => feed.capture?.mode));
    let withData = false;
    let leave = false;
    modal.confirm({
      title: question,
      okText: t(S.remove),
      okButtonProps: { danger: true },
      cancelText: t(S.cancel),
      content: (
        <div className="stack">
          <span className="muted">{t(S.removeNote)}</span>
          <Checkbox
            onChange={(event) => {
              withData = event.target.checked;
            }}
          >
            {t(S.removeData)}
          </Checkbox>
          {modes.has("outbox") && <Alert type="info" showIcon title={t(C.staysBehind)} />}
          {modes.has("log") && (
            <Checkbox
              onChange={(event) => {
                leave = event.target.checked;
              }}
            >
              {t(C.leave)}
            </Checkbox>
          )}
        </div>
      ),
      onOk: async () => {
        try {
          await api.delete(`${path}?with_data=${withData}&leave=${leave}`);
          message.success(t(S.removed));
          onRemoved();
        } catch (error) {
          const { title, detail } = explain(error);
          message.error([title, detail].filter(Boolean).join("："), 8);
        }
      },
    });
  };
  return (
    <Button {...rest} danger icon={<DeleteOutlined />} aria-label={t(S.remove)} onClick={ask}>
      {rest.type === "text" ? undefined : t(S.remove)}
    </Button>
  );
}
