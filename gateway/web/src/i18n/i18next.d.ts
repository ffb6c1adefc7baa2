import type { zh } from "./zh";

// a key that no language has does not compile
declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof zh };
    returnNull: false;
  }
}
