import { Descriptions, Drawer } from "antd";
import type { ReactNode } from "react";
import { FieldDetail } from "../fields";
import { useLanguage, useTitle } from "../i18n";
import { QueryView } from "../state";
import { useRow } from "./api";
import { cellOf, detailOf } from "./overrides";
import type { ResourceSpec, Row } from "./types";

interface Props {
  spec: ResourceSpec;
  id: string | null;
  onClose: () => void;
  buttons: (row: Row) => ReactNode;
}

/** All fields of one row, with what can be done to it. */
export function DetailDrawer({ spec, id, onClose, buttons }: Props) {
  const title = useTitle();
  const { language } = useLanguage();
  const row = useRow(spec, id);
  const More = detailOf(spec.name);
  return (
    <Drawer open={id !== null} onClose={onClose} title={title(spec)} size={560} extra={row.data && buttons(row.data)}>
      <QueryView query={row}>
        {(data) => (
          <div className="stack">
            <Descriptions
              bordered
              column={1}
              size="small"
              styles={{ label: { width: 150 } }}
              items={spec.columns
                .filter((field) => !field.hide?.includes("detail"))
                .map((field) => {
                  const Cell = cellOf(spec.overrides, field.name);
                  const value = data[field.name];
                  return {
                    key: field.name,
                    label: (language === "en" && field.label_en) || field.label,
                    children: Cell ? (
                      <Cell value={value} row={data} field={field} />
                    ) : (
                      <FieldDetail value={value} field={field} />
                    ),
                  };
                })}
            />
            {More && <More row={data} />}
          </div>
        )}
      </QueryView>
    </Drawer>
  );
}
