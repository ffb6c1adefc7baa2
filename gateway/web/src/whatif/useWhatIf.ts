// The cases one compares, and the server's answer to them, asked again when the matter has changed.
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CombinedError, useQuery } from "urql";
import type { Ghosts } from "../matter/rows";
import { type Assumption, type Case, ghostsOf, MOST, variantOf, type WhatIf, WhatIfQuery, withItem } from "./cases";

export interface WhatIfState {
  data: WhatIf | undefined;
  error: CombinedError | undefined;
  /** Whether the answer is about the cases as they stand. */
  fresh: boolean;
  again: () => void;
  cases: readonly Case[];
  /** The case that the chart shows. */
  shown: number | undefined;
  ghosts: Ghosts | undefined;
  show: (key: number | undefined) => void;
  addCase: () => void;
  /** Takes an assumption into the case that is shown, or into a first one. */
  take: (item: Assumption) => void;
  change: (one: Case) => void;
  remove: (key: number) => void;
  close: () => void;
}

export function useWhatIf(id: string, open: boolean, revision: number | null | undefined, close: () => void): WhatIfState {
  const { t } = useTranslation();
  const [cases, setCases] = useState<readonly Case[]>([]);
  const [shown, setShown] = useState<number>();
  const next = useRef(1);
  const variants = useMemo(() => cases.map((one, n) => variantOf({ ...one, name: `${n + 1}` })), [cases]);
  const [{ data, error, fetching, stale, operation }, ask] = useQuery({ query: WhatIfQuery, variables: { id, variants }, pause: !open });
  const known = useRef(revision);
  useEffect(() => {
    if (!open || known.current === revision) return;
    known.current = revision;
    ask({ requestPolicy: "network-only" });
  }, [open, revision, ask]);
  // what was answered stays on the screen while another question is on its way
  const last = useRef<WhatIf>(undefined);
  if (data?.matter) last.current = data.matter;
  const about = operation?.variables?.variants;
  const fresh = !!data && !fetching && !stale && about?.length === cases.length && data.matter.whatIf.length === cases.length;
  const shownAt = cases.findIndex((one) => one.key === shown);
  const variant = open && fresh && shownAt >= 0 ? data?.matter.whatIf[shownAt] : undefined;
  const ghosts = useMemo(() => ghostsOf(variant), [variant]);
  const make = (items: readonly Assumption[]): Case => {
    const key = next.current++;
    return { key, name: t("whatif.caseName", { n: key }), items };
  };
  return {
    data: data?.matter ?? last.current,
    error,
    fresh,
    again: () => ask({ requestPolicy: "network-only" }),
    cases,
    shown,
    ghosts,
    show: setShown,
    addCase: () => {
      if (cases.length >= MOST) return;
      const one = make([]);
      setCases([...cases, one]);
      setShown(one.key);
    },
    take: (item) => {
      const into = cases.find((one) => one.key === shown) ?? cases[0];
      if (!into) {
        const one = make([item]);
        setCases([one]);
        setShown(one.key);
      } else {
        setCases(cases.map((one) => (one === into ? withItem(one, item) : one)));
        setShown(into.key);
      }
    },
    change: (changed) => setCases(cases.map((one) => (one.key === changed.key ? changed : one))),
    remove: (key) => setCases(cases.filter((one) => one.key !== key)),
    close,
  };
}
