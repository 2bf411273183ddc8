/** The bench by keyboard: which key means what. */

export type Command =
  | { do: "move"; by: number }
  | { do: "pick"; place: number; add: boolean }
  | { do: "confirm" | "none" | "ask" | "search" | "reopen" };

/** What a key press means; null where it belongs to a field, or to nobody. */
export function commandOf(
  event: Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">,
): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return null;
  }
  // With shift a digit key gives another sign, so the key itself is asked.
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (digit) {
    return { do: "pick", place: Number(digit[1]) - 1, add: event.shiftKey };
  }
  switch (event.key) {
    case "ArrowDown":
    case "j":
      return { do: "move", by: 1 };
    case "ArrowUp":
    case "k":
      return { do: "move", by: -1 };
    case "Enter":
      return { do: "confirm" };
    case "n":
      return { do: "none" };
    case "a":
      return { do: "ask" };
    case "r":
      return { do: "reopen" };
    case "/":
      return { do: "search" };
    default:
      return null;
  }
}

/** Whether somebody is typing there. */
export function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) ||
      target.closest(".ant-modal, .ant-drawer") !== null)
  );
}
