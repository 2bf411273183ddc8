import type { ReactNode } from "react";

/** Head of a page: title, a line on what it is, and its buttons. */
export function PageHead({ title, note, extra }: { title: ReactNode; note?: ReactNode; extra?: ReactNode }) {
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        {note && <p>{note}</p>}
      </div>
      <div className="page-head-extra">{extra}</div>
    </div>
  );
}
