// When another day has begun in Beijing: what is late, and what is left of a term, reads differently from then on.
import { beijingDay } from "../ui/words";

/** Half a minute late, for who asks before the gateway's own midnight is told of the day before. */
const AFTER = 30_000;
const LOOK = 60_000;

const today = () => beijingDay(new Date(Date.now() - AFTER).toISOString());

export interface Days {
  /** Looks now, as well as each minute and whenever the page is looked at. */
  look: () => void;
  stop: () => void;
}

/** Runs `begun` once for each day that begins; on a page that cannot ask (`ready`), once it can and is looked at. */
export function watchDays(ready: () => boolean, begun: () => void): Days {
  let day = today();
  const look = () => {
    const now = today();
    if (now === day || !ready()) return;
    day = now;
    begun();
  };
  const timer = setInterval(look, LOOK);
  document.addEventListener("visibilitychange", look);
  return {
    look,
    stop: () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    },
  };
}
