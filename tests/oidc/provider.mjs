// The real provider under test, npm `oidc-provider`: it can be stopped, started again, and given other keys.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import Provider from "oidc-provider";

export const AUDIENCE = "https://onematter.example";
const SCOPES = "onematter:read onematter:write";
const SECRET = "a secret of the console, of enough characters";

export async function newKey(kid) {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" };
}

/** At an address that is another site than 127.0.0.1, so that what is between them is between two sites. */
export class RealProvider {
  #server;
  #answer;
  constructor(port, gateway) {
    this.port = port;
    this.gateway = gateway;
    this.issuer = `http://localhost:${port}`;
    this.secret = SECRET;
    this.fetchedKeys = 0;
  }

  /** Signs with the first of these keys from now on, and shows all. */
  useKeys(keys) {
    this.keys = keys;
    const provider = new Provider(this.issuer, {
      jwks: { keys },
      cookies: { keys: ["of the tests"] },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      pkce: { required: () => true },
      scopes: ["openid", ...SCOPES.split(" ")],
      features: {
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_, audience) => ({
            audience,
            scope: SCOPES,
            accessTokenTTL: 3600,
            accessTokenFormat: "jwt",
            jwt: { sign: { alg: "RS256" } },
          }),
        },
      },
      clients: [
        {
          client_id: "onematter",
          client_secret: SECRET,
          redirect_uris: [`${this.gateway}/sign-in/oidc/county/callback`],
        },
        { client_id: "registry", client_secret: SECRET, grant_types: ["client_credentials"], redirect_uris: [], response_types: [] },
        { client_id: "unlisted", client_secret: SECRET, grant_types: ["client_credentials"], redirect_uris: [], response_types: [] },
        {
          client_id: "app",
          token_endpoint_auth_method: "none",
          redirect_uris: ["http://127.0.0.1:18702/back"],
        },
      ],
    });
    const callback = provider.callback();
    this.#answer = (request, response) => {
      if (request.url.startsWith("/jwks")) this.fetchedKeys += 1;
      return callback(request, response);
    };
  }

  async start() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.#server.listen(this.port, "localhost", resolve));
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** An access token by client credentials. */
  async ofClient(id, scope = SCOPES) {
    const answer = await fetch(`${this.issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${id}:${encodeURIComponent(SECRET)}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials", resource: AUDIENCE, scope }),
    });
    const body = await answer.json();
    if (!body.access_token) throw new Error(JSON.stringify(body));
    return body.access_token;
  }

  /** A token that the provider would not make: its own claims and header with these in their place, signed by a key. */
  async like(token, claims, header = {}, key = this.keys[0]) {
    const [head, body] = token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
    const signing = header.alg?.startsWith("HS") ? Buffer.from(JSON.stringify(key)) : await importKey(key);
    return new SignJWT({ ...body, ...claims }).setProtectedHeader({ ...head, ...header }).sign(signing);
  }
}

async function importKey(jwk) {
  const { importJWK } = await import("jose");
  return importJWK(jwk, "RS256");
}
