// Where one can go, and by which key after `g`. A screen stands here when it is there, and not before.
import type { Me } from "./session";

type Role = Me["roles"][number];

/** Whoever looks at matters: all but who only keeps the installation. */
const LOOK: readonly Role[] = ["LEAD", "GOVERNMENT_HEAD", "CLERK", "SUPERVISOR", "AUDITOR", "OFFICER", "HEAD", "TOWNSHIP"];

export interface Place {
  key:
    | "overview"
    | "desk"
    | "township"
    | "tolerances"
    | "meetings"
    | "performance"
    | "briefing"
    | "operations"
    | "persons"
    | "search"
    | "mine";
  path: string;
  letter: string;
  /** Whose work it is: it stands in the menu for these; for everybody if not said. Its address opens for all. */
  of?: readonly Role[];
  /** Reached from the header, not from the menu. */
  apart?: boolean;
}

export const PLACES: [Place, ...Place[]] = [
  { key: "overview", path: "/", letter: "o", of: LOOK },
  { key: "desk", path: "/desk", letter: "d", of: LOOK },
  { key: "township", path: "/township", letter: "w", of: ["TOWNSHIP"] },
  { key: "tolerances", path: "/tolerances", letter: "t", of: LOOK },
  { key: "meetings", path: "/meetings", letter: "m", of: LOOK },
  {
    key: "performance",
    path: "/performance",
    letter: "p",
    of: ["LEAD", "HEAD", "GOVERNMENT_HEAD", "SUPERVISOR", "AUDITOR"],
  },
  { key: "briefing", path: "/briefing", letter: "b", of: ["LEAD", "GOVERNMENT_HEAD", "SUPERVISOR", "AUDITOR"] },
  { key: "operations", path: "/operations", letter: "a" },
  { key: "persons", path: "/persons", letter: "r", of: ["SECURITY_ADMINISTRATOR", "AUDIT_ADMINISTRATOR", "AUDITOR"] },
  { key: "search", path: "/search", letter: "s", apart: true },
  { key: "mine", path: "/mine", letter: "i", apart: true },
];

/** What stands in somebody's menu. */
export const menuOf = (me: Me | undefined): Place[] =>
  PLACES.filter(({ of, apart }) => !apart && (!of || me?.roles.some((role) => of.includes(role))));
