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
