import { Alert, Table } from "antd";
import { ApiError, type Mistake } from "../client";
import { formatNumber } from "../format";
import { useSaid, useT } from "../i18n";
import { K } from "../messages";
import { useExplain } from "./ErrorState";

/** The mistakes of an uploaded file, by row; `total` counts those that are not told, too. */
export function Mistakes({ mistakes, total }: { mistakes: Mistake[]; total: number }) {
  const t = useT();
  const said = useSaid();
  return (
    <>
      <Table<Mistake>
        size="small"
        rowKey={(one) => `${one.row}|${one.column}|${one.reason}`}
        dataSource={mistakes}
        pagination={{ defaultPageSize: 10, size: "small", hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          { title: t(K.row), dataIndex: "row", className: "num", width: 80 },
          { title: t(K.column), key: "column", width: 160, render: (_, one) => said(one.column, one.column_en) },
          { title: t(K.reason), key: "reason", render: (_, one) => said(one.reason, one.reason_en) },
        ]}
      />
      {total > mistakes.length && (
        <span className="muted">
          {t(K.moreMistakes, { total: formatNumber(total), shown: formatNumber(mistakes.length) })}
        </span>
      )}
    </>
  );
}

/** What was asked for and refused: what is wrong, of a file row by row. */
export function Refused({ error }: { error: unknown }) {
  const { title, detail } = useExplain()(error);
  const mistakes = error instanceof ApiError ? error.mistakes : [];
  const total = error instanceof ApiError ? (error.problem.total ?? 0) : 0;
  const description = mistakes.length > 0 ? <Mistakes mistakes={mistakes} total={total} /> : detail;
  return <Alert type="error" showIcon title={title} description={description} />;
}
