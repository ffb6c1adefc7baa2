// Days as people say them. The server counted them; nothing is computed here.
import type { TFunction } from "i18next";

export type DayUnit = "WORKING_DAYS" | "CALENDAR_DAYS";

export const days = (t: TFunction, count: number, unit: DayUnit): string => t(`days.${unit}`, { count });

/** `2026-07-01` as `7月1日`, with the year where it is not the one at hand. */
export function shortDay(day: string, year?: string): string {
  return year && day.startsWith(year) ? day.slice(5) : day;
}

/** The local part of a typed id: `permit:…` as the page's own address has it. */
export const bare = (id: string): string => id.slice(id.indexOf(":") + 1);

/** An instant by the clock in Beijing, to the minute. */
export function beijing(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
}

/** The day in Beijing on which an instant lies. */
export const beijingDay = (instant: string): string => beijing(instant).slice(0, 10);

/** A size as people read it. */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KB", "MB", "GB"] as const;
  let size = bytes / 1024;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}
