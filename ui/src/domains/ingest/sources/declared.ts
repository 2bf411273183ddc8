/** What stands in a text field for a value of JSON. */
export function textOf(value: unknown): string {
  return typeof value === "string"
    ? value
    : value === undefined || value === null
      ? ""
      : JSON.stringify(value, null, 2);
}

/** The value of a text of JSON; a text that is none stays as it is typed, and the server says what is wrong. */
export function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && JSON.stringify(value, null, 2) === text ? value : text;
  } catch {
    return text;
  }
}

/** A table's name for an operation. */
export function tableName(operation: string): string {
  const plain = operation.replace(/[^A-Za-z0-9_\u4e00-\u9fff]/g, "_");
  return /^[A-Za-z_\u4e00-\u9fff]/.test(plain) ? plain : `_${plain}`;
}
