import { formatDate } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { Files } from "./Files";
import { M } from "./messages";
import { usePublications } from "./queries";
import "./standards.css";

/** The collection specifications in force, for the home page of an institution. */
export function Documents() {
  const t = useT();
  const query = usePublications();
  if (!query.data?.items.length) {
    return null;
  }
  return (
    <Section flush title={t(M.documents)}>
      <ul className="standards-docs">
        {query.data.items.map((one) => (
          <li key={one.id}>
            <div>
              {one.title} <span className="faint num nowrap">{one.number}</span>{" "}
              <span className="faint num nowrap">{formatDate(one.effective_from)}</span>
            </div>
            <Files id={one.id} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
