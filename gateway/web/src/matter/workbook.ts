// A matter as a workbook: permits, milestones, tolerances, cards, history, all of one moment.
import type { TFunction } from "i18next";
import { graphql, type ResultOf, type VariablesOf } from "../api/graphql";
import type { Directory } from "../app/session";
import { HistoryQuery } from "../history/history";
import { entryColumns } from "../history/sheet";
import { type Column, sheetOf } from "../ui/excel";
import type { Gathered, Run } from "../ui/ExportButton";
import { standing } from "../ui/Status";
import { beijing } from "../ui/words";

const WorkbookQuery = graphql(`
  query Workbook($id: ID!, $at: AtInput) {
    matter(id: $id, at: $at) {
      id
      revision
      asOf
      past
      project {
        name
      }
      milestones {
        code
        name
        reachedOn
        planned
        original
        latest
        touches
      }
      forecast {
        permits {
          permit
          issue
          critical
        }
        milestones {
          milestone
          on
        }
      }
      permits {
        code
        name
        stage
        lead
        custodian
        status
        ready
        clock {
          statutory {
            due
            left
            unit
            state
            overdue
            overdueDays
          }
          promised {
            due
            left
            unit
            state
            overdue
            overdueDays
          }
        }
        round {
          number
          receivedOn
          acceptance {
            on
          }
          decision {
            on
            approved
          }
          certificate {
            on
          }
        }
        materials {
          requirement
          name
        }
        prerequisites {
          requirement
          permit
        }
        tolerances {
          requirement
          mode
          from
          to
          on
          by
          due {
            date
          }
          moved
          consequence
          debt
          live
          overdue
        }
        cards {
          number
          color
          subject
          term
          requirement
          against
          on
          byRule
          by
          reason
          standing
          answers {
            on
            by
            text
          }
          appeal {
            on
            by
            text
          }
          closing {
            on
            by
            text
          }
        }
      }
    }
  }
`);

type Matter = ResultOf<typeof WorkbookQuery>["matter"];
type Permit = Matter["permits"][number];
type Clock = NonNullable<NonNullable<Permit["clock"]>["statutory"]>;
type Of<T> = T & { of: Permit };
type Said = NonNullable<Permit["cards"][number]["appeal"]>;

/** What is left, below zero once it is late; none where the clock has ended. */
const left = (clock: Clock | null | undefined): number | null =>
  !clock || clock.state === "ENDED" ? null : clock.overdue ? -clock.overdueDays : clock.left;

function permitColumns(t: TFunction, { bodyName }: Directory, { forecast }: Matter): Column<Permit>[] {
  const yes = (is: boolean | null | undefined) => (is ? t("excel.yes") : null);
  const foreseen = new Map(forecast?.permits.map((one) => [one.permit, one]));
  // a promise may be counted in working days where the statutory limit is in calendar days
  const unit = (clock: Clock | null | undefined) => clock && t(`excel.units.${clock.unit}`);
  return [
    { heading: t("excel.code"), value: (permit) => permit.code },
    { heading: t("matter.permit"), value: (permit) => permit.name },
    { heading: t("excel.stage"), value: (permit) => t(`stage.${permit.stage}`) },
    { heading: t("matter.body"), value: (permit) => bodyName(permit.lead) },
    { heading: t("excel.custodian"), value: (permit) => permit.custodian && bodyName(permit.custodian) },
    { heading: t("matter.status"), value: (permit) => t(`status.${standing(permit.status, permit.ready)}`) },
    { heading: t("excel.round"), kind: "number", value: (permit) => permit.round?.number },
    { heading: t("excel.received"), kind: "date", value: (permit) => permit.round?.receivedOn },
    { heading: t("excel.accepted"), kind: "date", value: (permit) => permit.round?.acceptance?.on },
    { heading: t("excel.decided"), kind: "date", value: (permit) => permit.round?.decision?.on },
    { heading: t("excel.approved"), value: (permit) => yes(permit.round?.decision?.approved) },
    { heading: t("excel.certificate"), kind: "date", value: (permit) => permit.round?.certificate?.on },
    { heading: t("matter.promisedDue"), kind: "date", value: (permit) => permit.clock?.promised?.due },
    { heading: t("excel.promisedLeft"), kind: "number", value: (permit) => left(permit.clock?.promised) },
    { heading: t("excel.promisedUnit"), value: (permit) => unit(permit.clock?.promised) },
    { heading: t("matter.statutoryDue"), kind: "date", value: (permit) => permit.clock?.statutory?.due },
    { heading: t("excel.statutoryLeft"), kind: "number", value: (permit) => left(permit.clock?.statutory) },
    { heading: t("excel.statutoryUnit"), value: (permit) => unit(permit.clock?.statutory) },
    { heading: t("excel.completionForecast"), kind: "date", value: (permit) => foreseen.get(permit.code)?.issue },
    { heading: t("excel.critical"), value: (permit) => yes(foreseen.get(permit.code)?.critical) },
  ];
}

function milestoneColumns(t: TFunction, { bodyName }: Directory, { forecast }: Matter): Column<Matter["milestones"][number]>[] {
  const foreseen = new Map(forecast?.milestones.map((one) => [one.milestone, one.on]));
  return [
    { heading: t("excel.code"), value: (one) => one.code },
    { heading: t("excel.name"), value: (one) => one.name },
    { heading: t("excel.planned"), kind: "date", value: (one) => one.planned },
    { heading: t("excel.original"), kind: "date", value: (one) => one.original },
    { heading: t("excel.latest"), kind: "date", value: (one) => one.latest },
    { heading: t("matter.forecast"), kind: "date", value: (one) => (one.reachedOn ? null : foreseen.get(one.code)) },
    { heading: t("excel.reached"), kind: "date", value: (one) => one.reachedOn },
    { heading: t("excel.touches"), value: (one) => one.touches.map(bodyName).join("、") },
  ];
}

const requirementName = (matter: Matter, { of, requirement }: { of: Permit; requirement: string }): string => {
  const material = of.materials.find((one) => one.requirement === requirement);
  const permit = of.prerequisites.find((one) => one.requirement === requirement)?.permit;
  return material?.name ?? matter.permits.find(({ code }) => code === permit)?.name ?? requirement.replace(/^\w+:/, "");
};

function toleranceColumns(t: TFunction, { officerName }: Directory, matter: Matter): Column<Of<Permit["tolerances"][number]>>[] {
  const yes = (is: boolean) => (is ? t("excel.yes") : null);
  return [
    { heading: t("excel.code"), value: ({ of }) => of.code },
    { heading: t("matter.permit"), value: ({ of }) => of.name },
    { heading: t("tolerance.what"), value: (one) => requirementName(matter, one) },
    { heading: t("tolerance.mode"), value: (one) => t(`mode.${one.mode}`) },
    { heading: t("excel.from"), value: (one) => t(`gate.${one.from}`) },
    { heading: t("excel.to"), value: (one) => t(`gate.${one.to}`) },
    { heading: t("excel.grantedOn"), kind: "date", value: (one) => one.on },
    { heading: t("excel.grantedBy"), value: (one) => officerName(one.by) },
    { heading: t("tolerance.due"), kind: "date", value: (one) => one.due.date },
    { heading: t("tolerance.moved"), value: (one) => yes(one.moved) },
    { heading: t("tolerance.standing"), value: (one) => t(`debt.${one.debt}`) },
    { heading: t("tolerance.only.live"), value: (one) => yes(one.live) },
    { heading: t("excel.overdue"), value: (one) => yes(one.overdue) },
    { heading: t("tolerance.fails"), value: (one) => t(`consequence.${one.consequence}`) },
  ];
}

function cardColumns(t: TFunction, { bodyName, officerName }: Directory, matter: Matter): Column<Of<Permit["cards"][number]>>[] {
  const said = ({ on, by, text }: Said) => `${on} ${officerName(by)}：${text}`;
  return [
    { heading: t("excel.code"), value: ({ of }) => of.code },
    { heading: t("matter.permit"), value: ({ of }) => of.name },
    { heading: t("excel.number"), kind: "number", value: (card) => card.number },
    { heading: t("card.colorLabel"), value: (card) => t(`card.color.${card.color}`) },
    { heading: t("matter.body"), value: (card) => bodyName(card.against) },
    { heading: t("card.ground"), value: (card) => t(`card.subject.${card.subject}`) },
    { heading: t("permit.clock"), value: (card) => card.term && t(`term.${card.term}`) },
    {
      heading: t("tolerance.what"),
      value: ({ of, requirement }) => (requirement ? requirementName(matter, { of, requirement }) : null),
    },
    { heading: t("card.on"), kind: "date", value: (card) => card.on },
    { heading: t("excel.issuedBy"), value: (card) => (card.byRule ? t("card.byRule") : officerName(card.by)) },
    { heading: t("excel.reason"), value: (card) => card.reason },
    { heading: t("tolerance.standing"), value: (card) => t(`card.standing.${card.standing}`) },
    { heading: t("card.answer"), value: (card) => card.answers.map(said).join("\n") },
    { heading: t("card.appeal"), value: (card) => card.appeal && said(card.appeal) },
    { heading: t("card.closing"), value: (card) => card.closing && said(card.closing) },
  ];
}

/** Reads the matter and its history as known at `at`, and makes the sheets of them. */
export async function workbook(
  run: Run,
  id: string,
  at: VariablesOf<typeof WorkbookQuery>["at"],
  t: TFunction,
  directory: Directory,
  english: boolean,
): Promise<Gathered> {
  const answer = await run.client.query(WorkbookQuery, { id, at }, { requestPolicy: "network-only" }).toPromise();
  const matter = answer.data?.matter;
  if (answer.error || !matter) throw answer.error ?? new Error(t("matter.notFound"));
  const history = await run.all(HistoryQuery, { id, at }, (data) => data.matter.history);
  // what was recorded since the matter was read is not of its moment
  const entries = history.nodes.filter((entry) => entry.revision <= (matter.revision ?? Number.POSITIVE_INFINITY));
  const tolerances = matter.permits.flatMap((of) => of.tolerances.map((one) => ({ ...one, of })));
  const cards = matter.permits.flatMap((of) => of.cards.map((one) => ({ ...one, of })));
  const when = beijing(matter.asOf);
  return {
    title: matter.project?.name ?? id,
    of: t(matter.past ? "excel.known" : "excel.asOf", { when }),
    sheets: [
      sheetOf(t("excel.permits"), permitColumns(t, directory, matter), matter.permits),
      sheetOf(t("excel.milestones"), milestoneColumns(t, directory, matter), matter.milestones),
      sheetOf(t("tolerance.ledger"), toleranceColumns(t, directory, matter), tolerances),
      sheetOf(t("card.cards"), cardColumns(t, directory, matter), cards),
      sheetOf(t("excel.history"), entryColumns(t, directory, english), entries),
    ],
  };
}
