// Which rows of a long list are drawn: those in sight and some around, by arithmetic alone.
import { type RefObject, useEffect, useState } from "react";

/** From this many rows on a list draws what is in sight only. */
export const LONG = 80;
/** Rows drawn above and below what is in sight. */
const AROUND = 12;
/** Rows by which the window moves, so that scrolling redraws seldom. */
const STEP = 6;

export interface Span {
  /** The first row drawn. */
  from: number;
  /** The row after the last one drawn. */
  to: number;
}

/** The rows to draw of `count` rows `height` pixels high, where `top` to `bottom` of the list is in sight. */
export function spanOf(top: number, bottom: number, height: number, count: number): Span {
  if (count <= LONG) return { from: 0, to: count };
  const first = Math.floor(Math.max(0, top) / height);
  const last = Math.ceil(Math.max(0, bottom) / height);
  const from = Math.max(0, Math.floor((first - AROUND) / STEP) * STEP);
  const to = Math.min(count, Math.ceil((last + AROUND) / STEP) * STEP);
  return from < to ? { from, to } : { from: Math.max(0, count - 2 * AROUND), to: count };
}

const same = (a: Span, b: Span) => a.from === b.from && a.to === b.to;

/**
 * The window of a list, kept while one scrolls. `box` is the list; what scrolls it is `scroller`, or the page. Everything
 * is drawn for a printer.
 */
export function useWindow(
  box: RefObject<HTMLElement | null>,
  count: number,
  height: number,
  scroller?: RefObject<HTMLElement | null>,
): Span {
  const [span, setSpan] = useState<Span>(() => spanOf(0, 900, height, count));
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const element = box.current;
      if (!element) return;
      const sight = scroller?.current?.getBoundingClientRect() ?? { top: 0, bottom: innerHeight };
      const { top } = element.getBoundingClientRect();
      const next = spanOf(sight.top - top, sight.bottom - top, height, count);
      setSpan((now) => (same(now, next) ? now : next));
    };
    const soon = () => {
      frame ||= requestAnimationFrame(look);
    };
    look();
    if (count <= LONG) return;
    const target: EventTarget = scroller?.current ?? window;
    const [before, after] = [() => setPrinting(true), () => setPrinting(false)];
    target.addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      cancelAnimationFrame(frame);
      target.removeEventListener("scroll", soon);
      removeEventListener("resize", soon);
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, [box, scroller, count, height]);
  if (printing || count <= LONG) return { from: 0, to: count };
  return span.to > count ? spanOf(0, 900, height, count) : span;
}
