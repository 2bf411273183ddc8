import { InputNumber, Select } from "antd";
import { useT } from "../i18n";
import { K } from "../messages";

/** Where in an uploaded file its table is. */
export interface Place {
  sheet: string;
  header_row: number;
}

export const FIRST_PLACE: Place = { sheet: "", header_row: 1 };

/** The sheet of a workbook and the row of the header; a file without sheets has only the row. */
export function SheetChoice({
  sheets,
  place,
  onChange,
}: {
  sheets: string[];
  place: Place;
  onChange: (place: Place) => void;
}) {
  const t = useT();
  return (
    <span className="row">
      {sheets.length > 1 && (
        <Select
          aria-label={t(K.sheet)}
          style={{ minWidth: 160 }}
          value={place.sheet || sheets[0]}
          onChange={(sheet) => onChange({ ...place, sheet })}
          options={sheets.map((name) => ({ value: name, label: name }))}
        />
      )}
      <InputNumber
        aria-label={t(K.headerRow)}
        prefix={t(K.headerRow)}
        style={{ width: 130 }}
        min={1}
        max={100}
        precision={0}
        value={place.header_row}
        onChange={(row) => row && onChange({ ...place, header_row: row })}
      />
    </span>
  );
}
