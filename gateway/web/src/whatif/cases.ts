// Cases of a what-if (情景推演): what each assumes, as the API takes it, and which verdict is about what.
import { graphql, type ResultOf, type VariablesOf } from "../api/graphql";
import type { Ghosts } from "../matter/rows";

export const WhatIfQuery = graphql(`
  query WhatIf($id: ID!, $variants: [VariantInput!]!) {
    matter(id: $id) {
      id
      revision
      forecast {
        completion
      }
      bestTolerances(first: 8) {
        permit
        requirement
        mode
        completion
        daysSaved
        workingDaysSaved
        permitWorkingDaysSaved
        verdict {
          who
          whoZh
          reason
          reasonZh
          rule
          source
        }
      }
      whatIf(variants: $variants) {
        name
        lawful
        forecast {
          completion
          provisional
          daysSaved
          workingDaysSaved
          permits {
            permit
            accept
            issue
          }
          verdicts {
            kind
            permit
            requirement
            mode
            by
            lawful
            who
            whoZh
            reason
            reasonZh
            rule
            source
          }
        }
      }
      permits {
        code
        name
        lead
        status
        prerequisites {
          requirement
          permit
          milestone
          gateNow
          modes
          met
        }
        materials {
          requirement
          name
          gateNow
          modes
          met
        }
      }
    }
  }
`);

export type WhatIf = ResultOf<typeof WhatIfQuery>["matter"];
export type Variant = WhatIf["whatIf"][number];
export type Verdict = Variant["forecast"]["verdicts"][number];
export type Worth = WhatIf["bestTolerances"][number];
export type Mode = Worth["mode"];
type VariantInput = VariablesOf<typeof WhatIfQuery>["variants"][number];

export type Assumption =
  | { kind: "TOLERATE"; permit: string; requirement: string; mode: Mode }
  | { kind: "EXTEND"; permit: string; by: number }
  | { kind: "DROP"; permit: string }
  | { kind: "DELAY"; body: string; workingDays: number };

export interface Case {
  key: number;
  name: string;
  items: readonly Assumption[];
}

/** At most so many cases stand side by side. */
export const MOST = 3;

const same = (a: Assumption, b: Assumption): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The case with one more assumption; of a permit's requirement, of its limit, of a department's delay the later one counts. */
export function withItem(one: Case, item: Assumption): Case {
  const about = (other: Assumption): string =>
    other.kind === "TOLERATE"
      ? `T ${other.permit} ${other.requirement}`
      : other.kind === "DELAY"
        ? `D ${other.body}`
        : `${other.kind} ${other.permit}`;
  return { ...one, items: [...one.items.filter((other) => about(other) !== about(item)), item] };
}

export const without = (one: Case, item: Assumption): Case => ({
  ...one,
  items: one.items.filter((other) => !same(other, item)),
});

export function variantOf({ name, items }: Case): VariantInput {
  const of = <K extends Assumption["kind"]>(kind: K) =>
    items.filter((item): item is Extract<Assumption, { kind: K }> => item.kind === kind);
  return {
    name,
    assume: {
      tolerate: of("TOLERATE").map(({ permit, requirement, mode }) => ({ permit, requirement, mode })),
      extend: of("EXTEND").map(({ permit, by }) => ({ permit, by })),
      drop: of("DROP").map(({ permit }) => permit),
      delay: of("DELAY").map(({ body, workingDays }) => ({ body, workingDays })),
    },
  };
}

/** What is said of one assumption; of a department's delay it may be several permits. */
export function verdictsOf(item: Assumption, verdicts: readonly Verdict[], leads: ReadonlyMap<string, string>): Verdict[] {
  return verdicts.filter((verdict) => {
    if (verdict.kind !== item.kind) return false;
    if (item.kind === "DELAY") return leads.get(verdict.permit) === item.body && verdict.by === item.workingDays;
    if (verdict.permit !== item.permit) return false;
    return item.kind !== "TOLERATE" || (verdict.requirement === item.requirement && verdict.mode === item.mode);
  });
}

/** The bars of a case, for the chart to show beside those there are. */
export const ghostsOf = (variant: Variant | undefined): Ghosts | undefined =>
  variant && new Map(variant.forecast.permits.map(({ permit, accept, issue }) => [permit, { accept, issue }]));
