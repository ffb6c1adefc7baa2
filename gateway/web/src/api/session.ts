// Who the person at the screen is: signed in by name and password, whose session is a cookie that no script reads; or, in
// development mode, under a name that was chosen.
import { firstError } from "./problems";

export interface Session {
  /** The account, such as `nr-officer-1`. */
  readonly account: string;
  /** What goes with every request besides the cookie; none where the cookie is enough. */
  readonly authorization?: string;
}

const KEY = "onematter.account";

/** The headers by which a request is this person's. */
export const headersOf = (session: Session): Record<string, string> =>
  session.authorization ? { authorization: session.authorization } : {};

/** A session of development mode. */
export function sessionOf(account: string): Session {
  return { account, authorization: `Bearer dev:${account}` };
}

/** An account one may choose while nobody has to sign in. */
export interface DevAccount {
  name: string;
  post: string;
  body: string;
  roles: string[];
}

/** How one signs in here. */
export type Ways = { by: "password" } | { by: "name"; accounts: DevAccount[] };

const json = { accept: "application/json" };

export async function ways(): Promise<Ways> {
  const answer = await fetch("/sign-in", { headers: json });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as Ways;
}

/** Who is signed in already; none where nobody is. */
export async function present(): Promise<Session | undefined> {
  const account = sessionStorage.getItem(KEY);
  if (account) return sessionOf(account);
  // in development mode nobody has a session to be asked for
  if ((await ways()).by === "name") return undefined;
  const answer = await fetch("/session", { headers: json });
  if (!answer.ok) return undefined;
  return { account: ((await answer.json()) as { name: string }).name };
}

/** Why somebody was not let in. */
export class NotLetIn extends Error {
  constructor(
    readonly why: "wrong" | "locked" | "unavailable",
    told: string,
    readonly traceId?: string,
  ) {
    super(told);
  }
}

/**
 * Signs in.
 *
 * @throws NotLetIn where the name or the password is wrong, the account is locked, or nobody can be let in just now.
 */
export async function signIn(name: string, password: string): Promise<Session> {
  let answer: Response;
  try {
    answer = await fetch("/session", {
      method: "POST",
      headers: { ...json, "content-type": "application/json" },
      body: JSON.stringify({ name, password }),
    });
  } catch (error) {
    throw new NotLetIn("unavailable", (error as Error).message);
  }
  if (answer.ok) return { account: ((await answer.json()) as { name: string }).name };
  const { message, extensions } = firstError(await answer.text());
  const why = answer.status === 429 ? "locked" : answer.status === 401 || answer.status === 400 ? "wrong" : "unavailable";
  throw new NotLetIn(why, message ?? `${answer.status}`, extensions?.traceId);
}

/** Remembers the name that was chosen in development mode, for this window. */
export function keep(session: Session): void {
  if (session.authorization) sessionStorage.setItem(KEY, session.account);
}

/** Ends the session, here and at the server. */
export async function signOut(session: Session): Promise<void> {
  sessionStorage.removeItem(KEY);
  if (!session.authorization) await fetch("/session", { method: "DELETE" });
}
