import { FORMATS, publicationFile } from "./queries";

/** A published specification in each of its formats. */
export function Files({ id }: { id: string }) {
  return (
    <span className="standards-files">
      {FORMATS.map(([format, label]) => (
        <a key={format} href={publicationFile(id, format)}>
          {label}
        </a>
      ))}
    </span>
  );
}
