// Every card of the county (红黄牌): how many are open against whom, and each with its ground. One opens in full beside.
import { Checkbox, Drawer, Empty, Flex, Grid, Select, Table, Tag } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useQuery, useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { More } from "../ui/More";
import { useAgainAt, usePages } from "../ui/pages";
import { bare, beijingDay } from "../ui/words";
import { CardList } from "./CardList";
import { CardMark, type Color } from "./CardMark";
import { CardParts } from "./parts";
import { cardColumns } from "./sheet";

const SupervisionQuery = graphql(`
  query Supervision($filter: CardFilterInput, $after: String) {
    cardsByBody {
      body
      yellow
      red
      unanswered
      since
    }
    supervision(filter: $filter, first: 100, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        matter
        matterName
        permit
        permitCode
        number
        entry
        color
        subject
        term
        requirementName
        against
        byRule
        on
        due
        standing
        changedOn
        answeredOn
      }
    }
  }
`);

const CardQuery = graphql(
  `
    query OneCard($id: ID!, $code: PermitCode!) {
      matter(id: $id) {
        id
        revision
        asOf
        permit(code: $code) {
          id
          code
          name
          cards {
            ...CardParts
          }
          prerequisites {
            requirement
            permit
          }
          materials {
            requirement
            name
          }
        }
      }
    }
  `,
  [CardParts],
);

const CardsChanged = graphql(`
  subscription CardsChanged {
    overviewChanged {
      position
      pending
      day
    }
  }
`);

export type Line = ResultOf<typeof SupervisionQuery>["supervision"]["nodes"][number];
type Bodies = ResultOf<typeof SupervisionQuery>["cardsByBody"];
const pick = (data: ResultOf<typeof SupervisionQuery>) => data.supervision;

export function Cards() {
  const { t } = useTranslation();
  const directory = useDirectory();
  const { bodies, bodyName } = directory;
  const [params, setParams] = useSearchParams();
  const only = params.get("cards") ?? "open";
  const against = params.get("body") ?? undefined;
  const color = (["RED", "YELLOW"] as const).find((color) => color === params.get("color"));
  const unanswered = params.get("unanswered") === "1";
  const filter = {
    open: only === "open",
    unanswered,
    ...(against ? { against } : {}),
    ...(color ? { color } : {}),
  };
  const pages = usePages(SupervisionQuery, { filter }, pick);
  const [{ data: change }] = useSubscription({ query: CardsChanged });
  useAgainAt(change?.overviewChanged, pages.again);
  const set = (name: string, value: string | undefined) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  const chosen = pages.nodes?.find((line) => line.entry === params.get("card"));
  const columns: ColumnsType<Line> = [
    {
      title: t("card.card"),
      render: (_, line) => (
        <Flex gap={8} align="start">
          <CardMark color={line.color} />
          <div>
            <button type="button" className="om-link" onClick={() => set("card", line.entry)}>
              {line.permitCode} · {line.matterName}
            </button>
            <div style={{ fontSize: 12 }}>{bodyName(line.against)}</div>
          </div>
        </Flex>
      ),
    },
    {
      title: t("card.ground"),
      render: (_, line) => (
        <>
          {t(`card.subject.${line.subject}`)}
          {line.term ? `（${t(`term.${line.term}`)}）` : line.requirementName ? `（${line.requirementName}）` : ""}
          <div style={{ fontSize: 12 }}>{line.byRule ? t("card.byRuleShort") : t("card.byHandShort")}</div>
        </>
      ),
    },
    {
      title: t("card.on"),
      className: "om-num",
      sorter: (a, b) => a.on.localeCompare(b.on),
      render: (_, line) => (
        <>
          {line.on}
          {line.due ? <div style={{ fontSize: 12 }}>{t("card.due", { day: line.due })}</div> : null}
        </>
      ),
    },
    {
      title: t("tolerance.standing"),
      render: (_, line) => (
        <>
          <Tag>{t(`card.standing.${line.standing}`)}</Tag>
          <div style={{ fontSize: 12 }} className={line.standing === "ISSUED" && !line.answeredOn ? "om-late" : undefined}>
            {line.answeredOn
              ? t("card.answeredOn", { day: line.answeredOn })
              : line.standing === "ISSUED"
                ? t("card.unanswered")
                : t("overview.since", { day: line.changedOn })}
          </div>
        </>
      ),
    },
  ];
  return (
    <>
      <ByBody bodies={pages.first?.cardsByBody ?? []} chosen={against} choose={(body) => set("body", body === against ? undefined : body)} />
      <Flex gap={8} wrap align="center" style={{ marginBottom: 12 }}>
        <Select
          aria-label={t("tolerance.standing")}
          value={only}
          onChange={(value) => set("cards", value)}
          options={(["open", "all"] as const).map((value) => ({ value, label: t(`card.only.${value}`) }))}
          style={{ minWidth: 120 }}
        />
        <Select<Color>
          allowClear
          aria-label={t("card.colorLabel")}
          placeholder={t("card.colorLabel")}
          value={color}
          onChange={(value) => set("color", value)}
          options={(["RED", "YELLOW"] as const).map((value) => ({ value, label: t(`card.color.${value}`) }))}
          style={{ minWidth: 110 }}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          aria-label={t("matter.body")}
          placeholder={t("matter.body")}
          value={against}
          onChange={(value) => set("body", value)}
          options={bodies.map(({ id }) => ({ value: id, label: bodyName(id) }))}
          style={{ minWidth: 170 }}
        />
        <Checkbox checked={unanswered} onChange={(event) => set("unanswered", event.target.checked ? "1" : undefined)}>
          {t("card.onlyUnanswered")}
        </Checkbox>
        <ExportButton
          title={t("card.cards")}
          chosen={[
            t(`card.only.${only === "open" ? "open" : "all"}`),
            color && t(`card.color.${color}`),
            against && bodyName(against),
            unanswered && t("card.onlyUnanswered"),
          ]}
          gather={async (run) => {
            const { nodes } = await run.all(SupervisionQuery, { filter }, pick);
            return { sheets: [sheetOf(t("card.cards"), cardColumns(t, directory), nodes)] };
          }}
        />
      </Flex>
      <Ask data={pages.nodes} error={pages.error} retry={pages.again}>
        {(nodes) => (
          <>
            <Table<Line>
              size="middle"
              rowKey="entry"
              columns={columns}
              dataSource={[...nodes]}
              pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
              locale={{ emptyText: <Empty description={t("card.none")} /> }}
              scroll={{ x: "max-content" }}
            />
            <More shown={nodes.length} more={pages.more} busy={pages.busy} />
          </>
        )}
      </Ask>
      <OneCard line={chosen} close={() => set("card", undefined)} done={pages.again} />
    </>
  );
}

/** Against whom they are open, the body with most red ones first. */
function ByBody({ bodies, chosen, choose }: { bodies: Bodies; chosen: string | undefined; choose: (body: string) => void }) {
  const { t } = useTranslation();
  const { bodyName } = useDirectory();
  if (!bodies.length) return null;
  return (
    <ul className="om-by-body" aria-label={t("card.byBody")}>
      {bodies.map((line) => (
        <li key={line.body}>
          <button type="button" aria-pressed={chosen === line.body} onClick={() => choose(line.body)}>
            <b>{bodyName(line.body)}</b>
            <span className="om-cards">
              {line.red ? <CardMark color="RED" count={line.red} /> : null}
              {line.yellow ? <CardMark color="YELLOW" count={line.yellow} /> : null}
            </span>
            <small>
              {line.unanswered ? t("card.toAnswer", { count: line.unanswered }) : t("card.allAnswered")} · {t("overview.since", { day: line.since })}
            </small>
          </button>
        </li>
      ))}
    </ul>
  );
}

function OneCard({ line, close, done }: { line: Line | undefined; close: () => void; done: () => void }) {
  const { t } = useTranslation();
  const wide = Grid.useBreakpoint().md ?? true;
  const [{ data, error }, ask] = useQuery({
    query: CardQuery,
    variables: { id: line?.matter ?? "", code: line?.permitCode ?? "" },
    pause: !line
  });
  const again = () => ask({ requestPolicy: "network-only" });
  const permit = data?.matter.permit;
  const mine = line && permit?.id === line.permit ? permit : undefined;
  const named = (requirement: string) =>
    mine?.materials.find((one) => one.requirement === requirement)?.name ??
    mine?.prerequisites.find((one) => one.requirement === requirement)?.permit ??
    requirement;
  return (
    <Drawer
      open={!!line}
      onClose={close}
      size={wide ? 560 : "100%"}
      mask={!wide}
      title={line ? `${line.permitCode} ${mine?.name ?? ""} · ${line.matterName}` : ""}
    >
      <Ask data={mine} error={error} retry={again} rows={6}>
        {(permit) => (
          <CardList
            cards={permit.cards.filter((card) => card.number === line?.number)}
            matter={line?.matter ?? ""}
            revision={data?.matter.revision ?? null}
            permit={permit}
            named={named}
            today={data ? beijingDay(data.matter.asOf) : ""}
            done={() => {
              again();
              done();
            }}
          />
        )}
      </Ask>
      {line ? (
        <p>
          <Link to={`/matter/${bare(line.matter)}?permit=${line.permitCode}`}>{t("card.openPermit")}</Link>
        </p>
      ) : null}
    </Drawer>
  );
}
