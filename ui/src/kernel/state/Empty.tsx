import { Empty as AntEmpty } from "antd";
import type { ReactNode } from "react";
import { useT } from "../i18n";
import { K } from "../messages";

/** Nothing here, said kindly, with the way on as children. */
export function Empty({ text, children }: { text?: string; children?: ReactNode }) {
  const t = useT();
  return (
    <AntEmpty className="state" image={AntEmpty.PRESENTED_IMAGE_SIMPLE} description={text ?? t(K.empty)}>
      {children}
    </AntEmpty>
  );
}
