// Keys that work on every screen: `/` to search, `g` and a letter to go, `?` for this list.
import { useEffect, useRef } from "react";
import { PLACES, type Place } from "./places";

export const KEYS = [
  { keys: ["/"], what: "search" },
  { keys: ["g", "o"], what: "overview" },
  { keys: ["g", "d"], what: "desk" },
  { keys: ["g", "w"], what: "township" },
  { keys: ["g", "t"], what: "tolerances" },
  { keys: ["g", "m"], what: "meetings" },
  { keys: ["g", "p"], what: "performance" },
  { keys: ["g", "b"], what: "briefing" },
  { keys: ["g", "a"], what: "operations" },
  { keys: ["g", "r"], what: "persons" },
  { keys: ["g", "i"], what: "mine" },
  { keys: ["↑", "↓"], what: "rows" },
  { keys: ["←", "→"], what: "edges" },
  { keys: ["j", "k"], what: "queue" },
  { keys: ["a"], what: "act" },
  { keys: ["s"], what: "stop" },
  { keys: ["Enter"], what: "open" },
  { keys: ["Esc"], what: "close" },
  { keys: ["?"], what: "help" },
] as const;

/** Whether a key was meant as text. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return !!target?.closest("input, textarea, select, [contenteditable=true], [role=combobox]");
}

/** `search` is called where the screen has no field to write in. */
export function useGoKeys(go: (place: Place) => void, help: () => void, search: () => void): void {
  // when `g` was pressed; a page counts its time from its own beginning, so that 0 would be a moment ago
  const armed = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (event.key === "?") help();
      else if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>("input[type=search]");
        event.preventDefault();
        if (field) {
          field.focus();
          field.select();
        } else search();
      } else if (event.key === "g") armed.current = event.timeStamp;
      else if (event.timeStamp - armed.current < 1200) {
        const place = PLACES.find((candidate) => candidate.letter === event.key);
        armed.current = Number.NEGATIVE_INFINITY;
        // a screen that listens for the letter too is not meant
        event.preventDefault();
        if (place) go(place);
      }
    };
    // before the screens' own keys
    addEventListener("keydown", onKey, true);
    return () => removeEventListener("keydown", onKey, true);
  }, [go, help, search]);
}
