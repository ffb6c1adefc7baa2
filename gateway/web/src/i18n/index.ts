import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";
import { zh } from "./zh";

const KEY = "onematter.language";

export type Language = "zh-CN" | "en";

export function startLanguage(): void {
  const stored = localStorage.getItem(KEY);
  void i18n.use(initReactI18next).init({
    resources: { "zh-CN": { translation: zh }, en: { translation: en } },
    lng: stored === "en" ? "en" : "zh-CN",
    fallbackLng: "zh-CN",
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = i18n.language;
}

export function speak(language: Language): void {
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  void i18n.changeLanguage(language);
}
