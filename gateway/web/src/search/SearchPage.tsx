// What in the county contains some words: matters, permits, numbers of documents, materials, meetings, entries.
import { Button, Card, Empty, Flex, Grid, Input, Table, Tag, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { type Column, sheetOf } from "../ui/excel";
import { More } from "../ui/More";
import { useAgainAt, usePages } from "../ui/pages";
import { beijing } from "../ui/words";
import { LONGEST } from "./Find";
import { besides, parts, pathOf } from "./hits";

const SearchQuery = graphql(`
  query Search($text: String!, $kinds: [SearchKind!], $after: String) {
    search(text: $text, kinds: $kinds, first: 50, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        kind
        link
        text
        textZh
        matter
        meeting
        subjectName
        permitCode
        recorded
      }
    }
  }
`);

const Changed = graphql(`
  subscription SearchChanged {
    overviewChanged {
      position
      pending
      day
    }
  }
`);

export type Hit = ResultOf<typeof SearchQuery>["search"]["nodes"][number];
const pick = (data: ResultOf<typeof SearchQuery>) => data.search;

export const KINDS = ["MATTER", "PERMIT", "DOCUMENT", "MATERIAL", "MEETING", "RESOLUTION", "ENTRY"] as const;
const MOST_WORDS = 8;

export default function SearchPage() {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const wide = Grid.useBreakpoint().md ?? true;
  const [params, setParams] = useSearchParams();
  const asked = (params.get("search") ?? "").trim();
  const kind = KINDS.find((kind) => kind === params.get("kind"));
  const words = asked.split(/\s+/).filter(Boolean);
  const tooMany = words.length > MOST_WORDS;
  const variables = words.length && !tooMany ? { text: asked.slice(0, LONGEST), kinds: kind ? [kind] : null } : null;
  const pages = usePages(SearchQuery, variables, pick);
  const [{ data: change }] = useSubscription({ query: Changed, pause: !variables });
  useAgainAt(change?.overviewChanged, pages.again);
  const set = (name: string, value: string | undefined) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  const textOf = (hit: Hit) => (english ? hit.text : hit.textZh);
  const columns: ColumnsType<Hit> = [
    {
      title: t("search.found"),
      render: (_, hit) => (
        <>
          <Tag>{t(`search.kind.${hit.kind}`)}</Tag>
          <Link to={pathOf(hit)} style={{ fontWeight: 600 }}>
            <Marked text={hit.kind === "MATTER" ? hit.subjectName : textOf(hit)} words={words} />
          </Link>
          <div style={{ fontSize: 12 }}>
            {hit.kind === "MATTER" ? (
              <Marked text={besides(textOf(hit), hit.subjectName, words)} words={words} />
            ) : (
              `${hit.subjectName}${hit.permitCode ? ` · ${hit.permitCode}` : ""}`
            )}
          </div>
        </>
      ),
    },
    { title: t("search.recorded"), responsive: ["sm"], width: 150, className: "om-num", render: (_, hit) => beijing(hit.recorded) },
  ];
  const sheet: Column<Hit>[] = [
    { heading: t("search.what"), value: (hit) => t(`search.kind.${hit.kind}`) },
    { heading: t("search.found"), value: textOf },
    { heading: t("search.subject"), value: (hit) => hit.subjectName },
    { heading: t("matter.permit"), value: (hit) => hit.permitCode },
    { heading: t("search.recorded"), kind: "time", value: (hit) => hit.recorded },
  ];
  return (
    <Card size="small">
      <Flex justify="space-between" wrap gap={12} style={{ marginBottom: 12 }}>
        <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
          {asked ? t("search.of", { text: asked }) : t("place.search")}
        </Typography.Title>
        {variables ? (
          <ExportButton
            title={t("place.search")}
            chosen={[asked, kind && t(`search.kind.${kind}`)]}
            gather={async (run) => {
              const { nodes } = await run.all(SearchQuery, variables, pick);
              return { sheets: [sheetOf(t("place.search"), sheet, nodes)] };
            }}
          />
        ) : null}
      </Flex>
      {wide ? null : (
        <Input.Search
          key={asked}
          type="search"
          allowClear
          autoFocus={!asked}
          defaultValue={asked}
          maxLength={LONGEST}
          placeholder={t("search.placeholder")}
          aria-label={t("search.label")}
          onSearch={(value) => set("search", value.trim() || undefined)}
          style={{ marginBottom: 12 }}
        />
      )}
      {variables ? (
        <>
          <Flex gap={8} wrap role="group" aria-label={t("search.what")} style={{ marginBottom: 12 }}>
            {[undefined, ...KINDS].map((value) => (
              <Button
                key={value ?? "all"}
                size="small"
                type={kind === value ? "primary" : "default"}
                aria-pressed={kind === value}
                onClick={() => set("kind", value)}
              >
                {value ? t(`search.kind.${value}`) : t("search.all")}
              </Button>
            ))}
          </Flex>
          <Ask data={pages.nodes} error={pages.error} retry={pages.again}>
            {(nodes) => (
              <>
                <Table<Hit>
                  size="middle"
                  rowKey={(hit) => `${hit.kind} ${hit.link} ${hit.textZh}`}
                  columns={columns}
                  dataSource={[...nodes]}
                  pagination={false}
                  locale={{ emptyText: <Empty description={t("search.none")} /> }}
                />
                <More shown={nodes.length} more={pages.more} busy={pages.busy} />
              </>
            )}
          </Ask>
        </>
      ) : (
        <Typography.Paragraph type={tooMany ? "danger" : "secondary"} style={{ margin: 0 }}>
          {tooMany ? t("search.tooMany", { most: MOST_WORDS }) : t("search.what2find")}
        </Typography.Paragraph>
      )}
    </Card>
  );
}

/** A text with what it was found by marked. */
function Marked({ text, words }: { text: string; words: readonly string[] }) {
  return (
    <>
      {parts(text, words).map(({ at, part, found }) =>
        found ? <mark key={at}>{part}</mark> : <span key={at}>{part}</span>,
      )}
    </>
  );
}
