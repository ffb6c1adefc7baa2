// Who a record is about: what people type for it, where its page stands, what is known to be the person in words.
import type { TFunction } from "i18next";
import type { Directory, Me } from "../app/session";
import { bare } from "../ui/words";

/** Who reads records of personal texts (ReadPersonRecord); the server decides. */
const READS: ReadonlySet<Me["roles"][number]> = new Set(["SECURITY_ADMINISTRATOR", "AUDIT_ADMINISTRATOR", "AUDITOR"]);

export const readsPersons = (me: Pick<Me, "roles"> | undefined): boolean => !!me?.roles.some((role) => READS.has(role));

/** An account, `officer:…`, or a text about somebody, `vault:…`, as it was typed or stands in an address; none if it is neither. */
export function subjectOf(typed: string): string | undefined {
  const text = typed.trim();
  return /^vault:[0-9a-zA-Z]{26}$|^officer:[0-9a-z][0-9a-z-]{0,63}$/.test(text) ? text : undefined;
}

export const recordOf = (subject: string): string => `/persons/${subject}`;

/** Where somebody is or was the one to reach at an applicant. */
export interface Naming {
  applicant: string;
  since: string;
  until: string | null;
  name: { ref: string };
  phone: { ref: string } | null;
}

/** The namings that one of these references stands in, as they were given. */
export function namingsOf<N extends Naming>(all: readonly N[], references: Iterable<string>): N[] {
  const wanted = new Set(references);
  return all.filter(({ name, phone }) => wanted.has(name.ref) || (!!phone && wanted.has(phone.ref)));
}

export const namingWords = (t: TFunction, { applicant, since, until }: Naming): string =>
  t(until ? "persons.wasContact" : "persons.isContact", { applicant: bare(applicant), since, until });

/** An account as people know it; of one that the directory has no more, that it has not. */
export function accountWords(t: TFunction, { officers, officerName, bodyName }: Directory, subject: string): string {
  const officer = officers.find(({ id }) => id === subject);
  return officer ? `${officerName(subject)} · ${bodyName(officer.body)}` : t("persons.noAccount", { account: bare(subject) });
}

/** A line of what is known to be a person. */
export interface Known {
  words: string;
  /** By which it is named to the API; none where it says only where a text of another line was named. */
  reference?: string;
}

/** All that is known to be a person, in words: accounts, texts and where those were named. */
export function knownOf(t: TFunction, directory: Directory, subjects: readonly string[], namings: readonly Naming[]): Known[] {
  const said = new Set<Naming>();
  const lines = subjects.map((reference): Known => {
    if (reference.startsWith("officer:")) return { words: accountWords(t, directory, reference), reference };
    const own = namingsOf(namings, [reference]);
    for (const naming of own) said.add(naming);
    return { words: own.map((naming) => namingWords(t, naming)).join(t("persons.semicolon")) || t("persons.aText"), reference };
  });
  return [...lines, ...namings.filter((naming) => !said.has(naming)).map((naming) => ({ words: namingWords(t, naming) }))];
}

/** A reference as it is told from others at a glance; the whole is there to copy. */
export const shortened = (reference: string): string => reference.replace(/^(vault:.{4}).+(.{4})$/, "$1…$2");

export type Act = "restrictPerson" | "liftPersonRestriction" | "erasePerson";

/** What can still be done about a person. What was put in later may stand otherwise than the rest, and is taken along. */
export function actsOn(record: { subjects: readonly string[]; restrictedSince: string | null; erasedOn: string | null }): Act[] {
  if (record.erasedOn) return [];
  const acts: Act[] = record.restrictedSince ? ["liftPersonRestriction"] : ["restrictPerson"];
  if (record.restrictedSince && record.subjects.length > 1) acts.unshift("restrictPerson");
  return [...acts, "erasePerson"];
}
