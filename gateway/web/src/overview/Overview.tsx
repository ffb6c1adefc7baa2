// The lead's first page: counts that open the list behind them, and every matter with what it waits for.
import { Button, Card, Col, Flex, Input, Row, Select, Typography } from "antd";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { useQuery, useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { CardMark } from "../cards/CardMark";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { beginning } from "../performance/periods";
import { More } from "../ui/More";
import { useAgainAt, usePages } from "../ui/pages";
import { Propose } from "./Propose";
import { MatterParts, Matters, type Summary } from "./Matters";
import { inOrder, matterColumns } from "./sheet";

const OverviewQuery = graphql(
  `
  query Overview($filter: MatterFilterInput, $order: MatterOrder, $after: String) {
    overview {
      day
      underway
      dueThisWeek
      overdue
      debtsOverdue
      milestonesLate
      yellowCards
      redCards
      matters(filter: $filter, order: $order, first: 50, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...MatterParts
        }
      }
    }
  }
`,
  [MatterParts],
);

const Changed = graphql(`
  subscription OverviewChanged {
    overviewChanged {
      position
      pending
      day
    }
  }
`);

type Data = ResultOf<typeof OverviewQuery>;
const pick = (data: Data) => data.overview.matters;
const COUNTS = ["underway", "dueThisWeek", "overdue", "debtsOverdue", "milestonesLate"] as const;
type Count = (typeof COUNTS)[number];
type Order = "NAME" | "TARGET" | "LAST_CHANGE";

const FILTERS: Partial<Record<Count, string>> = { debtsOverdue: "debtOverdue", milestonesLate: "milestoneLate" };

/** The list behind a count, as the server filters it. */
const behind = (count: Count | null) =>
  count === "underway" ? { phase: "UNDERWAY" as const } : count ? { [FILTERS[count] ?? count]: true } : {};

export default function Overview() {
  const { t } = useTranslation();
  const directory = useDirectory();
  const { me } = directory;
  const go = useNavigate();
  const [params, setParams] = useSearchParams();
  const only = COUNTS.find((count) => count === params.get("only")) ?? null;
  const text = params.get("q") ?? "";
  const order = (params.get("order") as Order | null) ?? "LAST_CHANGE";
  const set = (name: string, value: string | null) => {
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: name === "q" },
    );
  };
  const filter = { ...behind(only), ...(text ? { text } : {}) };
  const pages = usePages(OverviewQuery, { filter, order }, pick);
  const [change] = useSubscription({ query: Changed });
  useAgainAt(change.data?.overviewChanged, pages.again);
  // while another filter is asked about, the screen stays as it was
  const last = useRef<{ overview: Data["overview"]; nodes: readonly Summary[] }>(undefined);
  if (pages.first && pages.nodes) last.current = { overview: pages.first.overview, nodes: pages.nodes };
  const shown = last.current;

  return (
    <Ask data={shown} error={pages.error} retry={pages.again}>
      {({ overview, nodes }) => (
        <>
          <Flex justify="space-between" align="baseline" wrap gap={8}>
            <Typography.Title level={1} style={{ fontSize: 22, marginTop: 0 }}>
              {t("place.overview")}
            </Typography.Title>
            <Flex gap={12} align="baseline" wrap>
              <Typography.Text type="secondary" aria-live="polite">
                {t("overview.asOf", { day: overview.day })}
              </Typography.Text>
              <Propose today={overview.day} />
            </Flex>
          </Flex>
          <Row gutter={[12, 12]} style={{ marginBottom: 12 }}>
            {COUNTS.map((count) => (
              <Col key={count} xs={12} md={8} xl={3}>
                <CountCard
                  label={t(`overview.${count}`)}
                  count={overview[count]}
                  alarming={count === "overdue" || count === "debtsOverdue" || count === "milestonesLate"}
                  chosen={only === count}
                  choose={() => set("only", only === count ? null : count)}
                />
              </Col>
            ))}
            {(["RED", "YELLOW"] as const).map((color) => (
              <Col key={color} xs={12} md={8} xl={3}>
                <CountCard
                  label={
                    <>
                      <CardMark color={color} /> {t(`card.color.${color}`)}
                    </>
                  }
                  count={color === "RED" ? overview.redCards : overview.yellowCards}
                  alarming={color === "RED"}
                  choose={() => void go(`/tolerances?tab=cards&color=${color}`)}
                />
              </Col>
            ))}
            {me?.roles.some((role) => role !== "CLERK") ? (
              <Col xs={12} md={8} xl={3}>
                <OnTime day={overview.day} />
              </Col>
            ) : null}
          </Row>
          <Card size="small">
            <Flex gap={8} wrap style={{ marginBottom: 12 }}>
              <Input.Search
                type="search"
                allowClear
                defaultValue={text}
                placeholder={t("overview.find")}
                aria-label={t("overview.find")}
                onSearch={(value) => set("q", value.trim() || null)}
                style={{ maxWidth: 320 }}
              />
              <Select<Order>
                value={order}
                aria-label={t("overview.order")}
                onChange={(value) => set("order", value)}
                options={(["LAST_CHANGE", "TARGET", "NAME"] as const).map((value) => ({
                  value,
                  label: t(`overview.orders.${value}`),
                }))}
                style={{ minWidth: 130 }}
              />
              <ExportButton
                title={t("overview.all")}
                chosen={[only && t(`overview.${only}`), text]}
                gather={async (run) => {
                  const { first, nodes } = await run.all(OverviewQuery, { filter, order: "NAME" as const }, pick);
                  return {
                    of: t("overview.asOf", { day: first.overview.day }),
                    sheets: [sheetOf(t("overview.all"), matterColumns(t, directory), inOrder(nodes, order))],
                  };
                }}
              />
            </Flex>
            <Matters nodes={nodes} empty={only || text ? t("overview.empty") : t("overview.emptyAll")} busy={!pages.nodes} />
            <More shown={nodes.length} more={pages.more} busy={pages.busy} />
          </Card>
        </>
      )}
    </Ask>
  );
}

const OnTimeQuery = graphql(`
  query OnTime($from: Date!, $to: Date!) {
    departmentPerformance(from: $from, to: $to) {
      limited
      onTime
    }
  }
`);

/** How many of this year's decisions under a limit were on time; opens what that is made of. */
function OnTime({ day }: { day: string }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [{ data }] = useQuery({
    query: OnTimeQuery,
    variables: { from: beginning("YEAR", day), to: day }
  });
  const sum = (which: "limited" | "onTime") => data?.departmentPerformance.reduce((sum, row) => sum + row[which], 0) ?? 0;
  const [limited, onTime] = [sum("limited"), sum("onTime")];
  return (
    <CountCard
      label={t("overview.onTimeRate")}
      count={limited ? `${Math.round((1000 * onTime) / limited) / 10}%` : t("overview.none")}
      alarming={onTime < limited}
      choose={() => void go("/performance")}
    />
  );
}

function CountCard({
  label,
  count,
  alarming,
  chosen,
  choose,
}: {
  label: ReactNode;
  count: number | string;
  alarming: boolean;
  /** Whether the list below is of it; none where it opens another screen. */
  chosen?: boolean;
  choose: () => void;
}) {
  return (
    <Button
      block
      aria-pressed={chosen}
      onClick={choose}
      type={chosen ? "primary" : "default"}
      style={{ height: 72, display: "block", textAlign: "left" }}
    >
      <div>{label}</div>
      <div className="om-num" style={{ fontSize: 24, lineHeight: 1.2, color: alarming && count && !chosen ? "#b3261e" : undefined }}>
        {count}
      </div>
    </Button>
  );
}
