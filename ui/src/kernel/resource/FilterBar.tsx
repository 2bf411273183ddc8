import { Button, Input } from "antd";
import type { ReactNode } from "react";
import { useEffect, useState } from "react";
import { FieldFilter, type FieldSpec, type Filters } from "../fields";
import { useLanguage, useT } from "../i18n";
import { K } from "../messages";

interface Props {
  fields: FieldSpec[];
  filters: Filters;
  q?: string;
  searchable?: boolean;
  onFilter: (changed: Record<string, string | null>) => void;
  onSearch?: (q: string) => void;
  onReset: () => void;
  extra?: ReactNode;
}

/** More filters than these wait behind a button. */
const FIRST = 4;

/** Free search, one input per filterable field, a reset as soon as anything is set. */
export function FilterBar({ fields, filters, q = "", searchable = true, onFilter, onSearch, onReset, extra }: Props) {
  const t = useT();
  const { language } = useLanguage();
  const [draft, setDraft] = useState(q);
  useEffect(() => setDraft(q), [q]);
  const [all, setAll] = useState(false);
  const active = (field: FieldSpec) => Object.keys(filters).some((name) => name.split(".")[0] === field.name);
  const shown = all ? fields : fields.filter((field, index) => index < FIRST || active(field));
  const dirty = q !== "" || Object.keys(filters).length > 0;
  return (
    <div className="filter-bar">
      {searchable && (
        <Input.Search
          aria-label={t(K.search)}
          placeholder={t(K.searchHint)}
          style={{ width: 220 }}
          value={draft}
          allowClear
          onChange={(event) => setDraft(event.target.value)}
          onSearch={(text) => onSearch?.(text.trim())}
        />
      )}
      {shown.map((field) => (
        <span className="filter" key={field.name}>
          <label htmlFor={`filter-${field.name}`}>{(language === "en" && field.label_en) || field.label}</label>
          <FieldFilter field={field} filters={filters} onChange={onFilter} />
        </span>
      ))}
      {fields.length > shown.length && (
        <Button type="link" size="small" onClick={() => setAll(true)}>
          {t(K.moreFilters)}
        </Button>
      )}
      {dirty && (
        <Button type="link" size="small" onClick={onReset}>
          {t(K.reset)}
        </Button>
      )}
      <span className="grow" />
      {extra}
    </div>
  );
}
