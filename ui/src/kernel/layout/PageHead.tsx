import { ArrowLeftOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";

interface Props {
  title: ReactNode;
  note?: ReactNode;
  extra?: ReactNode;
  /** The page above this one: its address, and its name for who cannot see the arrow. */
  back?: { to: string; label: string };
}

/** Head of a page: title, a line on what it is, and its buttons. */
export function PageHead({ title, note, extra, back }: Props) {
  return (
    <div className="page-head">
      <div>
        <h1>
          {back ? (
            <span className="row">
              <Back {...back} />
              {title}
            </span>
          ) : (
            title
          )}
        </h1>
        {note && <p>{note}</p>}
      </div>
      <div className="page-head-extra">{extra}</div>
    </div>
  );
}

function Back({ to, label }: { to: string; label: string }) {
  const navigate = useNavigate();
  return <Button type="text" icon={<ArrowLeftOutlined />} aria-label={label} onClick={() => navigate(to)} />;
}
