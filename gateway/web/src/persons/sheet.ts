// Contacts, and a person's record, as sheets.
import type { TFunction } from "i18next";
import type { Directory } from "../app/session";
import { valueName } from "../commands/words";
import type { Column } from "../ui/excel";
import { bare } from "../ui/words";
import type { Entry, NamedContact } from "./query";

export const stateWords = (t: TFunction, text: NamedContact["name"] | null): string =>
  text ? t(`persons.state.${text.state ?? "UNKNOWN"}`) : "—";

export const contactColumns = (t: TFunction, { officerName }: Directory): Column<NamedContact>[] => [
  { heading: t("persons.applicant"), value: (row) => bare(row.applicant) },
  { heading: t("persons.since"), kind: "date", value: (row) => row.since },
  { heading: t("persons.until"), kind: "date", value: (row) => row.until },
  { heading: t("persons.namedBy"), value: (row) => officerName(row.by) },
  { heading: t("contact.name"), value: (row) => stateWords(t, row.name) },
  { heading: t("contact.phone"), value: (row) => row.phone && stateWords(t, row.phone) },
  { heading: t("persons.nameRef"), value: (row) => row.name.ref },
  { heading: t("persons.phoneRef"), value: (row) => row.phone?.ref },
];

export const entryColumns = (t: TFunction, { officerName, bodyName }: Directory, english: boolean): Column<Entry>[] => [
  { heading: t("persons.at"), kind: "time", value: (entry) => entry.at },
  { heading: t("persons.happened"), value: (entry) => t(`persons.kind.${entry.kind}`) },
  { heading: t("excel.account"), value: (entry) => bare(entry.officer) },
  { heading: t("persons.by"), value: (entry) => officerName(entry.officer) },
  { heading: t("matter.body"), value: (entry) => bodyName(entry.body) },
  { heading: t("persons.reason"), value: (entry) => entry.reason },
  { heading: t("persons.basis"), value: (entry) => entry.basis },
  { heading: t("persons.orderedByHead"), value: (entry) => entry.orderedBy && officerName(entry.orderedBy) },
  { heading: t("persons.text"), value: (entry) => entry.class && valueName(entry.class, english) },
  { heading: t("persons.reference"), value: (entry) => entry.ref },
];
