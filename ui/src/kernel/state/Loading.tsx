import { Skeleton } from "antd";
import { useT } from "../i18n";
import { K } from "../messages";

/** Grey lines where content will be. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const t = useT();
  return (
    <div className="state-loading" role="status" aria-busy="true" aria-label={t(K.loading)}>
      <Skeleton active paragraph={{ rows }} title={false} />
    </div>
  );
}
