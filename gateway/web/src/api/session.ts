// Who the person at the screen is: signed in with a password, which a cookie keeps that no script reads, or, while the
// gateway runs for development, an account that was chosen.
export interface Session {
  /** The account, such as `nr-officer-1`. */
  readonly account: string;
  /** What goes with every request beside the cookie; nothing where the cookie says it all. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An account one may choose in development. */
export interface DevAccount {
  name: string;
  post: string;
  body: string;
  roles: string[];
}

/** An identity provider beside the password, and what people call it. */
export interface ProviderWay {
  id: string;
  name: { zh: string; en: string };
}

/** How one signs in at this gateway. */
export type Ways = { by: "name"; accounts: DevAccount[] } | { by: "password"; providers?: ProviderWay[] };

/** Why a sign-in at an identity provider came to nothing, as the page that said so hands it on. */
const CAME = ["no-provider", "not-begun", "not-taken", "declined", "silent", "no-account", "later"] as const;
export type Came = (typeof CAME)[number];

/** What the address says of a sign-in that came to nothing; one that nobody of ours wrote says nothing. */
export function came(search: string): Came | undefined {
  const said = new URLSearchParams(search).get("sign-in");
  return CAME.find((known) => known === said);
}

/** A page's address without what it says of a sign-in that came to nothing. */
export function without(search: string, pathname: string): string {
  const rest = new URLSearchParams(search);
  rest.delete("sign-in");
  return rest.size ? `${pathname}?${rest}` : pathname;
}

/** Where a sign-in at a provider begins; it comes back to the page that is open. */
export function beginAt(provider: ProviderWay, at: { pathname: string; search: string }): string {
  return `/sign-in/oidc/${provider.id}?${new URLSearchParams({ back: without(at.search, at.pathname) })}`;
}

/** Nobody was let in, and why. */
export class NotLetIn extends Error {
  constructor(readonly why: "wrong" | "unreachable") {
    super(why);
  }
}

const CHOSEN = "onematter.account";

const ask = (path: string, more: RequestInit = {}) =>
  fetch(path, { ...more, headers: { accept: "application/json", ...more.headers } });

export async function ways(): Promise<Ways> {
  const answer = await ask("/sign-in");
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as Ways;
}

/** The session of an account chosen in development, kept as long as this tab. */
export function choose(account: string): Session {
  sessionStorage.setItem(CHOSEN, account);
  return chosen(account);
}

const chosen = (account: string): Session => ({ account, headers: { authorization: `Bearer dev:${account}` } });

/** The session of this tab, or the one that the cookie holds. */
export async function current(): Promise<Session | undefined> {
  const account = sessionStorage.getItem(CHOSEN);
  if (account) return chosen(account);
  // in development nobody has a session to be asked for
  if ((await ways()).by === "name") return undefined;
  const answer = await ask("/session");
  return answer.ok ? { account: ((await answer.json()) as { name: string }).name, headers: {} } : undefined;
}

/** @throws NotLetIn */
export async function signIn(name: string, password: string): Promise<Session> {
  const body = JSON.stringify({ name, password });
  const answer = await ask("/session", { method: "POST", body, headers: { "content-type": "application/json" } }).catch(
    () => undefined,
  );
  if (answer?.ok) return { account: ((await answer.json()) as { name: string }).name, headers: {} };
  throw new NotLetIn(answer?.status === 401 ? "wrong" : "unreachable");
}

/**
 * Leaves a session that the gateway has ended. Asks the gateway nothing: the cookie is shared by all tabs, and may by
 * now hold the session of whoever signed in in another.
 */
export function forget(): void {
  sessionStorage.removeItem(CHOSEN);
}

/**
 * Ends the session, here and at the gateway. `unkept`: it opens nothing any more, but that could not be written down;
 * `unreached`: the gateway was not reached, and the cookie may still open it.
 */
export async function signOut(session: Session): Promise<"ended" | "unkept" | "unreached"> {
  forget();
  if (session.headers.authorization) return "ended";
  const answer = await ask("/session", { method: "DELETE" }).catch(() => undefined);
  if (!answer) return "unreached";
  return answer.ok ? "ended" : "unkept";
}
