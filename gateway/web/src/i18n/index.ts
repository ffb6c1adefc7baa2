import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import { zh } from "./zh";

const KEY = "onematter.language";

export type Language = "zh-CN" | "en";

/** English is loaded for who reads it. */
async function load(language: Language): Promise<void> {
  if (language !== "en" || i18n.hasResourceBundle("en", "translation")) return;
  const { en } = await import("./en");
  i18n.addResourceBundle("en", "translation", en);
}

async function change(language: Language): Promise<void> {
  await load(language);
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
}

/** Once it is done, every word is there; in Chinese, where the others did not come. */
export async function startLanguage(): Promise<void> {
  await i18n.use(initReactI18next).init({
    resources: { "zh-CN": { translation: zh } },
    lng: "zh-CN",
    fallbackLng: "zh-CN",
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await change(localStorage.getItem(KEY) === "en" ? "en" : "zh-CN").catch(() => {});
}

export function speak(language: Language): void {
  localStorage.setItem(KEY, language);
  // a page whose words are gone from the server is an older one
  change(language).catch(() => location.reload());
}
