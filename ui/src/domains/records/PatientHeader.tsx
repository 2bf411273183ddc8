import { ArrowLeftOutlined, EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { Button, Popconfirm, Tag } from "antd";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { OrgName, SexName } from "@/kernel/fields";
import { NOTHING } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { mayUnmask, useSession } from "@/kernel/session";
import { M as P } from "../patients/messages";
import type { PersonDetail } from "../patients/types";
import { M } from "./messages";

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="fact">
      <span className="faint">{label}</span>
      <span className="num">{children ?? NOTHING}</span>
    </div>
  );
}

interface Props {
  person: PersonDetail;
  unmask: boolean;
  onUnmask: (unmask: boolean) => void;
}

/** Whose record this is; identifiers masked until somebody entitled asks for them, which is recorded. */
export function PatientHeader({ person, unmask, onUnmask }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const session = useSession();
  const may = mayUnmask(session.data);
  return (
    <div className="patient-head">
      <Button type="text" icon={<ArrowLeftOutlined />} aria-label={t(M.back)} onClick={() => navigate("/patients")} />
      <div className="patient-name">
        <h1>{person.name ?? NOTHING}</h1>
        <span className="muted">
          <SexName code={person.sex_code} />
          {person.age !== null && ` · ${t(P.years, { age: person.age })}`}
        </span>
      </div>
      <Fact label={t(P.birth)}>{person.birth_date}</Fact>
      <Fact label={t(P.idNo)}>{person.id_no}</Fact>
      <Fact label={t(P.phone)}>{person.phone}</Fact>
      <Fact label={t(P.institutions)}>
        <span className="row">
          {person.institutions.map((code) => (
            <Tag key={code}>
              <OrgName code={code} />
            </Tag>
          ))}
        </span>
      </Fact>
      <span className="grow" />
      {person.unmasked && <span className="warn unmask-note">{t(M.unmasked)}</span>}
      {may &&
        (unmask ? (
          <Button icon={<EyeInvisibleOutlined />} onClick={() => onUnmask(false)}>
            {t(M.maskAgain)}
          </Button>
        ) : (
          <Popconfirm title={t(M.unmaskAsk)} onConfirm={() => onUnmask(true)} styles={{ root: { maxWidth: 300 } }}>
            <Button icon={<EyeOutlined />}>{t(M.unmask)}</Button>
          </Popconfirm>
        ))}
    </div>
  );
}
