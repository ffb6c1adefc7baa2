// Who the person at the screen is. Today a development account; real sign-in takes the place of this file alone.
export interface Session {
  /** The account, such as `nr-officer-1`. */
  readonly account: string;
  /** What goes with every request. */
  readonly authorization: string;
}

const KEY = "onematter.account";

export function storedSession(): Session | undefined {
  const account = sessionStorage.getItem(KEY);
  return account ? sessionOf(account) : undefined;
}

export function sessionOf(account: string): Session {
  return { account, authorization: `Bearer dev:${account}` };
}

export function keep(session: Session | undefined): void {
  if (session) sessionStorage.setItem(KEY, session.account);
  else sessionStorage.removeItem(KEY);
}

/** An account one may choose while nobody has to sign in. */
export interface DevAccount {
  name: string;
  post: string;
  body: string;
  roles: string[];
}

/** The accounts of a gateway in development mode; none where real sign-in is set up. */
export async function devAccounts(): Promise<DevAccount[]> {
  const answer = await fetch("/console/accounts", { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as DevAccount[];
}
