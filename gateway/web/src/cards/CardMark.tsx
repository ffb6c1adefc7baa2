// A card as a mark: its colour, its word, and how many of them there are.
import { useTranslation } from "react-i18next";
import { isOpen } from "./parts";

export type Color = "YELLOW" | "RED";

export const CARD_LOOKS: Record<Color, { fill: string; ink: string }> = {
  YELLOW: { fill: "#FADB14", ink: "#3d2f00" },
  RED: { fill: "#CF1322", ink: "#ffffff" },
};

export function CardMark({ color, count }: { color: Color; count?: number }) {
  const { t } = useTranslation();
  const look = CARD_LOOKS[color];
  const word = count === undefined ? t(`card.color.${color}`) : t("card.counted", { count, color: t(`card.color.${color}`) });
  return (
    <span className="om-card" style={{ background: look.fill, color: look.ink }} title={word} aria-label={word} role="img">
      {t(`card.glyph.${color}`)}
      {count !== undefined && count > 1 ? count : ""}
    </span>
  );
}

/** How many of each colour are open. */
export const openCards = (
  cards: readonly { color: Color; standing: Parameters<typeof isOpen>[0]["standing"] }[],
): Record<Color, number> => {
  const open = cards.filter(isOpen);
  const red = open.filter((card) => card.color === "RED").length;
  return { RED: red, YELLOW: open.length - red };
};

export function CardMarks({ counts }: { counts: Record<Color, number> }) {
  if (!counts.RED && !counts.YELLOW) return null;
  return (
    <span className="om-cards">
      {counts.RED ? <CardMark color="RED" count={counts.RED} /> : null}
      {counts.YELLOW ? <CardMark color="YELLOW" count={counts.YELLOW} /> : null}
    </span>
  );
}
