import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` serves the page and sends what belongs to the gateway there.
const gateway = process.env.ONEMATTER_GATEWAY ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  base: "/",
  // the gateway puts the nonce of each answer in its place
  html: { cspNonce: "__CSP_NONCE__" },
  build: { outDir: "dist", sourcemap: false, target: "es2022", chunkSizeWarningLimit: 1200 },
  server: {
    proxy: {
      "/graphql": { target: gateway, ws: true },
      "/session": gateway,
      "/sign-in": gateway,
      "/papers": gateway,
      "/matters": gateway,
    },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
