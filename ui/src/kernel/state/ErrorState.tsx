import { Button, Result } from "antd";
import { ApiError } from "../client";
import { useSaid, useT } from "../i18n";
import { K } from "../messages";

/** Title and explanation of anything thrown, in the reader's language. */
export function useExplain(): (error: unknown) => { title: string; detail: string; retryable: boolean } {
  const t = useT();
  const said = useSaid();
  return (error) => {
    if (!(error instanceof ApiError)) {
      return { title: t(K.failed), detail: error instanceof Error ? error.message : "", retryable: true };
    }
    const { problem } = error;
    if (problem.status === 0) {
      return { title: t(K.unreachable), detail: t(K.unreachableDetail), retryable: true };
    }
    if (problem.status === 403) {
      return {
        title: said(problem.title, problem.title_en) || t(K.forbidden),
        detail: said(problem.detail, problem.detail_en) || t(K.forbiddenDetail),
        retryable: false,
      };
    }
    const parts = [said(problem.detail, problem.detail_en)];
    if (problem.received !== undefined) {
      parts.push(`${t(K.received)}: ${String(problem.received)}`);
    }
    if (problem.allowed !== undefined) {
      parts.push(`${t(K.allowed)}: ${Array.isArray(problem.allowed) ? problem.allowed.join(", ") : problem.allowed}`);
    }
    return {
      title: said(problem.title, problem.title_en) || t(K.failed),
      detail: parts.filter(Boolean).join(" · "),
      retryable: problem.retryable || problem.status >= 500,
    };
  };
}

/** Stands where content would: what went wrong, and a retry where that may help. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useT();
  const { title, detail, retryable } = useExplain()(error);
  const status = error instanceof ApiError && error.problem.status === 403 ? "403" : "warning";
  return (
    <Result
      className="state"
      status={status === "403" ? "info" : status}
      title={title}
      subTitle={detail}
      extra={onRetry && retryable ? <Button onClick={onRetry}>{t(K.retry)}</Button> : undefined}
    />
  );
}
