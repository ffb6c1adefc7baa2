// Where one can go, and by which key after `g`. A screen stands here when it is there, and not before.
export interface Place {
  key: "overview" | "desk" | "tolerances" | "meetings" | "briefing" | "operations";
  path: string;
  letter: string;
}

export const PLACES: [Place, ...Place[]] = [
  { key: "overview", path: "/", letter: "o" },
  { key: "desk", path: "/desk", letter: "d" },
  { key: "tolerances", path: "/tolerances", letter: "t" },
  { key: "meetings", path: "/meetings", letter: "m" },
  { key: "briefing", path: "/briefing", letter: "b" },
  { key: "operations", path: "/operations", letter: "a" },
];
