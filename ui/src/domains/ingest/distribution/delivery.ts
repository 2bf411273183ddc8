/** What a distribution's messages are, as the form holds it. */
export type Told = Record<string, unknown>;

/** Which kind of target is told: the form's, or, where it is not asked for any more, by what is kept. */
export function kindOf(target: string | undefined, told: Told): "kafka" | "platform" {
  return (target ?? ("envelope" in told ? "kafka" : "platform")) === "kafka" ? "kafka" : "platform";
}

/** `Name: value`, one a line. */
export function headerText(headers: unknown): string {
  return Object.entries((headers ?? {}) as Record<string, string>)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

export function headersOf(text: string): Record<string, string> {
  const lines = text.split("\n").map((line) => line.split(/:(.*)/s));
  return Object.fromEntries(
    lines.filter(([name]) => name?.trim()).map(([name, value]) => [(name as string).trim(), (value ?? "").trim()]),
  );
}

/** The values of a key in JSON, without the institution; a key that is masked stays as it is. */
export function keyText(text: string): string {
  try {
    const { org_code: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
    return Object.values(rest).join(" · ");
  } catch {
    return text;
  }
}

const SOAP = "http://schemas.xmlsoap.org/soap/envelope/";

/** A template to begin with, by format. */
export const EXAMPLES: Record<"json" | "xml", Told> = {
  json: {
    body: JSON.stringify(
      {
        head: { messageId: "{message_id}", operation: "{operation}", orgCode: "{org_code}", sentAt: "{sent_at}" },
        dataset: "{dataset}",
        data: "{record}",
      },
      null,
      2,
    ),
    success: "code",
    success_values: ["0", "200"],
    reason: "message",
  },
  xml: {
    body: [
      `<soap:Envelope xmlns:soap="${SOAP}">`,
      "  <soap:Body>",
      '    <upload xmlns="urn:platform">',
      "      <messageId>{message_id}</messageId>",
      "      <orgCode>{org_code}</orgCode>",
      "      <operation>{operation}</operation>",
      "      {record}",
      "    </upload>",
      "  </soap:Body>",
      "</soap:Envelope>",
    ].join("\n"),
    headers: { SOAPAction: '""' },
    success: "Body/uploadResponse/code",
    success_values: ["0"],
    reason: "Body/uploadResponse/message",
  },
};
