import { useT } from "@/kernel/i18n";
import { ExportButton } from "@/kernel/resource/ExportButton";
import { LakeRows } from "@/kernel/resource/LakeRows";
import { useDictionary } from "../standards/dictionary";
import { M } from "./messages";

export function RowsTab({ code }: { code: string }) {
  const t = useT();
  const dictionary = useDictionary(code);
  const path = `/api/catalog/datasets/${code}`;
  return (
    <LakeRows
      path={`${path}/rows`}
      options={(column) =>
        dictionary.data?.value_sets
          .find((one) => one.code === column.value_set)
          ?.items.map((item) => ({ value: item.code, label: `${item.code} ${item.title}` }))
      }
      extra={<ExportButton path={`${path}/sample`} label={t(M.sample)} />}
    />
  );
}
