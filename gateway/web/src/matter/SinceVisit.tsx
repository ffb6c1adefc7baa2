// What changed in a matter since this person last looked at it. Which revision that was is kept in this browser alone.
import { Alert, Collapse } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { graphql } from "../api/graphql";
import { useDirectory } from "../app/session";
import type { Matter } from "./query";

const SinceQuery = graphql(`
  query SinceVisit($id: ID!, $revision: Int!) {
    matter(id: $id) {
      id
      since(seen: { revision: $revision }) {
        entries
        cut
        groups {
          heading
          entries {
            id
            effectiveOn
            sentence
            sentenceZh
          }
        }
        late {
          permit
        }
        noLongerLate
        completionBefore
        completionNow
      }
    }
  }
`);

const keyOf = (officer: string, matter: string) => `onematter.seen.${officer}.${matter}`;

/** The revision of the last visit; none at the first, or where this browser keeps nothing. */
function lastSeen(key: string | undefined): number | undefined {
  try {
    const kept = key ? localStorage.getItem(key) : null;
    return kept === null || !/^\d+$/.test(kept) ? undefined : Number(kept);
  } catch {
    return undefined;
  }
}

export function SinceVisit({ matter }: { matter: Matter }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const { me } = useDirectory();
  const key = me && keyOf(me.officer, matter.id);
  // what was seen before this visit, whatever comes while it lasts
  const [seen, setSeen] = useState<{ key: string; revision?: number }>();
  useEffect(() => {
    if (key && seen?.key !== key) setSeen({ key, revision: lastSeen(key) });
  }, [key, seen]);
  useEffect(() => {
    if (!key || seen?.key !== key || matter.revision == null) return;
    try {
      localStorage.setItem(key, String(matter.revision));
    } catch {
      // a browser that keeps nothing has no last visit
    }
  }, [key, seen, matter.revision]);
  const from = seen && seen.key === key ? seen.revision : undefined;
  const [{ data }] = useQuery({
    query: SinceQuery,
    variables: { id: matter.id, revision: from ?? 0 },
    pause: from === undefined || matter.revision == null || from >= matter.revision,
  });
  const [closed, setClosed] = useState(false);
  const since = data?.matter.since;
  if (!since?.entries || from === undefined || closed) return null;
  const moved = since.completionBefore !== since.completionNow;
  return (
    <Alert
      type="info"
      showIcon
      className="om-no-print"
      closable={{ onClose: () => setClosed(true), "aria-label": t("since.close") }}
      style={{ marginBottom: 12 }}
      title={t("since.title", { count: since.entries })}
      description={
        <>
          {since.late.length ? (
            <div className="om-late">{t("since.late", { codes: since.late.map(({ permit }) => permit).join("、") })}</div>
          ) : null}
          {since.noLongerLate.length ? <div>{t("since.noLongerLate", { codes: since.noLongerLate.join("、") })}</div> : null}
          {moved && since.completionNow ? (
            <div className="om-num">
              {t("since.completion", { before: since.completionBefore ?? t("overview.none"), now: since.completionNow })}
            </div>
          ) : null}
          <Collapse
            ghost
            size="small"
            items={[
              {
                key: "all",
                label: t("since.entries"),
                children: since.groups.map(({ heading, entries }) => (
                  <section key={heading} aria-label={t(`since.heading.${heading}`)}>
                    <b>{t(`since.heading.${heading}`)}</b>
                    <ul className="om-list">
                      {entries.map((entry) => (
                        <li key={entry.id}>
                          <span className="om-num">{entry.effectiveOn}</span> {english ? entry.sentence : entry.sentenceZh}
                        </li>
                      ))}
                    </ul>
                  </section>
                )),
              },
            ]}
          />
          {since.cut ? <div>{t("since.cut")}</div> : null}
        </>
      }
    />
  );
}
