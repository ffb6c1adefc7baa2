import type { ThemeConfig } from "antd";

/** Text stands at 4.5:1 or more on its ground; the status colours are those of Okabe and Ito. */
export const theme: ThemeConfig = {
  cssVar: { key: "om" },
  components: {
    Menu: { itemPaddingInline: 10 },
    Table: { rowSelectedBg: "#e3edfb", rowSelectedHoverBg: "#d6e4f8" },
  },
  token: {
    // who asked the system for less motion gets none
    motion: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    colorPrimary: "#0b3d91",
    colorLink: "#0b5cad",
    colorTextSecondary: "rgba(0,0,0,0.68)",
    colorTextTertiary: "rgba(0,0,0,0.62)",
    colorTextDescription: "rgba(0,0,0,0.66)",
    colorTextPlaceholder: "rgba(0,0,0,0.58)",
    colorError: "#b3261e",
    colorSuccess: "#00704f",
    colorSuccessBg: "#e6f5ee",
    colorSuccessBorder: "#8fcfb4",
    colorErrorBg: "#fdeceb",
    colorErrorBorder: "#e3a9a4",
    borderRadius: 6,
    fontFamily:
      '"Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",system-ui,sans-serif',
  },
};
