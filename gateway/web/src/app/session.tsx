// The signed-in person, the connection that is theirs, and the names of the county's bodies and officers.
import { App as Messages } from "antd";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Provider, useQuery } from "urql";
import { useTranslation } from "react-i18next";
import { Link, type LiveState } from "../api/client";
import { graphql, type ResultOf } from "../api/graphql";
import { current, forget, type Session, signOut } from "../api/session";

const WhoAmI = graphql(`
  query WhoAmI {
    me {
      officer
      county
      body
      roles
      today
      can {
        name
        allowed
      }
    }
    directory {
      bodies {
        id
        nameZh
        nameEn
        kind
      }
      officers {
        id
        body
        post
        roles
      }
    }
  }
`);

type WhoAmIResult = ResultOf<typeof WhoAmI>;

interface Signed {
  session: Session;
  link: Link;
  signOut: () => void;
}

const SignedContext = createContext<Signed | undefined>(undefined);

/** Shows the page to whoever is signed in, and the sign-in to anybody else. */
export function SessionRoot({
  signIn,
  children,
}: {
  /** `over`: a session was there and has ended without the person's doing. */
  signIn: (use: (session: Session) => void, over: boolean) => ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const { message } = Messages.useApp();
  const [session, setSession] = useState<Session | "unknown" | "none" | "over">("unknown");
  useEffect(() => {
    if (session !== "unknown") return;
    current().then(
      (found) => setSession(found ?? "none"),
      () => setSession("none"),
    );
  }, [session]);
  const link = useMemo(() => {
    if (typeof session === "string") return undefined;
    return new Link(session, () => {
      forget();
      // a late word of a session that was left or replaced ends no other
      setSession((now) => (now === session ? "over" : now));
    });
  }, [session]);
  useEffect(() => () => link?.close(), [link]);
  if (session === "unknown") return null;
  if (typeof session === "string" || !link) return signIn(setSession, session === "over");
  const out = () => {
    void signOut(session).then((how) => {
      // whoever leaves a shared machine has to know that it did not end
      if (how !== "ended") void message.error(t(how === "unkept" ? "signOutUnkept" : "signOutUnreached"), 0);
      setSession("none");
    });
  };
  return (
    <SignedContext value={{ session, link, signOut: out }}>
      <Provider value={link.client}>{children}</Provider>
    </SignedContext>
  );
}

export function useSigned(): Signed {
  const signed = useContext(SignedContext);
  if (!signed) throw new Error("not inside SessionRoot");
  return signed;
}

export function useLive(): LiveState {
  const { link } = useSigned();
  return useSyncExternalStore(link.watch, link.live);
}

export type Me = WhoAmIResult["me"];
type Role = Me["roles"][number];

/** Roles that act; the others look on. */
const ACTING: ReadonlySet<Role> = new Set<Role>(["OFFICER", "HEAD", "GOVERNMENT_HEAD", "LEAD", "CLERK", "TOWNSHIP"]);
/** Roles that convene and chair joint meetings. */
export const CHAIRS: ReadonlySet<Role> = new Set<Role>(["LEAD", "GOVERNMENT_HEAD"]);

/** The three administrators: they keep the installation and look at no matter. */
const KEEPING: ReadonlySet<Role> = new Set<Role>(["ADMINISTRATOR", "SECURITY_ADMINISTRATOR", "AUDIT_ADMINISTRATOR"]);

/** Whether one looks at matters at all: who only keeps the installation does not. */
export const looks = (me: Me | undefined): boolean => !!me?.roles.some((role) => !KEEPING.has(role));
/** Whether one has any of these roles. */
export const hasRole = (me: Pick<Me, "roles"> | undefined, ...roles: Role[]): boolean => !!me?.roles.some((role) => roles.includes(role));

export const acts = (me: Pick<Me, "roles"> | undefined): boolean => !!me?.roles.some((role) => ACTING.has(role));
export const convenes = (me: Me | undefined): boolean =>
  !!me?.can.some(({ name, allowed }) => name === "conveneMeeting" && allowed);

/** Names in the language of the page, and who is looking. */
export function useDirectory() {
  const { i18n } = useTranslation();
  const [{ data, fetching, error }] = useQuery({ query: WhoAmI, requestPolicy: "cache-first" });
  return useMemo(() => {
    const zh = i18n.language !== "en";
    const bodies = new Map(data?.directory.bodies.map((body) => [body.id, zh ? body.nameZh : body.nameEn]));
    const posts = new Map(data?.directory.officers.map((officer) => [officer.id, officer.post ?? officer.id]));
    return {
      fetching,
      error,
      me: data?.me,
      bodies: data?.directory.bodies ?? [],
      officers: data?.directory.officers ?? [],
      bodyName: (id: string | null | undefined) => (id ? (bodies.get(id) ?? id.replace(/^body:/, "")) : "—"),
      officerName: (id: string | null | undefined) => (id ? (posts.get(id) ?? id.replace(/^officer:/, "")) : "—"),
    };
  }, [data, fetching, error, i18n.language]);
}

export type Directory = ReturnType<typeof useDirectory>;
