// Periods that end today: which day they begin on is written in the day itself, nothing is counted.
export const PERIODS = ["MONTH", "QUARTER", "YEAR"] as const;
export type Period = (typeof PERIODS)[number];

/** The first day of the month, quarter or year of a day. */
export function beginning(period: Period, day: string): string {
  const [year, month] = [day.slice(0, 4), Number(day.slice(5, 7))];
  const first = period === "YEAR" ? 1 : period === "QUARTER" ? month - ((month - 1) % 3) : month;
  return `${year}-${String(first).padStart(2, "0")}-01`;
}
