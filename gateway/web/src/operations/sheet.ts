// The directory as sheets: bodies, and the accounts that act for them.
import type { TFunction } from "i18next";
import type { Directory } from "../app/session";
import type { Column } from "../ui/excel";
import { bare } from "../ui/words";

type Body = Directory["bodies"][number];
type Officer = Directory["officers"][number];

export const bodyColumns = (t: TFunction, { officers }: Directory): Column<Body>[] => [
  { heading: t("matter.body"), value: (body) => body.nameZh },
  { heading: t("excel.nameEn"), value: (body) => body.nameEn },
  { heading: t("operations.kind"), value: (body) => t(`bodyKind.${body.kind}`) },
  { heading: t("excel.accounts"), kind: "number", value: (body) => officers.filter((officer) => officer.body === body.id).length },
  { heading: t("excel.code"), value: (body) => bare(body.id) },
];

export const officerColumns = (t: TFunction, { bodyName }: Directory): Column<Officer>[] => [
  { heading: t("excel.post"), value: (officer) => officer.post },
  { heading: t("matter.body"), value: (officer) => bodyName(officer.body) },
  { heading: t("excel.roles"), value: (officer) => officer.roles.map((role) => t(`role.${role}`)).join("、") },
  { heading: t("excel.account"), value: (officer) => bare(officer.id) },
];
