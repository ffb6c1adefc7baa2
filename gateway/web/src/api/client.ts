// The connection to the gateway: queries over HTTP, changes over one WebSocket that comes back by itself.
import { createClient as createSocket, type Client as Socket } from "graphql-ws";
import { Client, cacheExchange, fetchExchange, mapExchange, type Operation, subscriptionExchange } from "urql";
import { type Days, watchDays } from "./day";
import type { Session } from "./session";

/** Whether changes arrive by themselves. */
export type LiveState = "connecting" | "live" | "off";

/** The close code of a connection whose credentials have ended. */
const UNAUTHORIZED = 4401;

export class Link {
  readonly client: Client;
  private readonly socket: Socket;
  private state: LiveState = "connecting";
  private readonly listeners = new Set<() => void>();
  private readonly days: Days;

  /** `ended` is called when the gateway says that the session is over. */
  constructor(session: Session, ended: () => void) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = createSocket({
      url: `${scheme}://${location.host}/graphql/ws`,
      connectionParams: session.headers,
      // what it says of the connection is true on a screen that follows nothing, too
      lazy: false,
      onNonLazyError: () => this.become("off"),
      retryAttempts: Number.POSITIVE_INFINITY,
      // half a second at first, then longer, never the same for all
      retryWait: (n) => new Promise((done) => setTimeout(done, Math.min(500 * 2 ** n, 15_000) * (0.5 + Math.random()))),
      shouldRetry: () => true,
      on: {
        connecting: () => this.become("connecting"),
        connected: () => {
          this.become("live");
          this.days.look();
        },
        closed: (event) => {
          this.become("off");
          if ((event as CloseEvent).code === UNAUTHORIZED) ended();
        },
      },
    });
    const asked = new Map<number, Operation>();
    this.client = new Client({
      url: "/graphql",
      preferGetMethod: false,
      // what was shown before is shown at once, and never for what it is now: the day, a calendar or a right may be another
      requestPolicy: "cache-and-network",
      fetchOptions: { headers: session.headers },
      exchanges: [
        mapExchange({
          onOperation: (operation) => {
            if (operation.kind === "query") asked.set(operation.key, operation);
            else if (operation.kind === "teardown") asked.delete(operation.key);
          },
        }),
        cacheExchange,
        mapExchange({
          onError: (error) => {
            if ((error.response as Response | undefined)?.status === 401) ended();
          },
        }),
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: (request) => ({
            subscribe: (sink) => ({
              unsubscribe: this.socket.subscribe(
                { query: request.query ?? "", variables: request.variables as Record<string, unknown> },
                sink as never,
              ),
            }),
          }),
        }),
      ],
    });
    this.days = watchDays(
      () => this.state === "live",
      () => {
        for (const operation of asked.values()) {
          this.client.reexecuteOperation(
            this.client.createRequestOperation("query", operation, { ...operation.context, requestPolicy: "network-only" }),
          );
        }
      },
    );
  }

  live = (): LiveState => this.state;

  watch = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  close(): void {
    this.days.stop();
    void this.socket.dispose();
  }

  private become(state: LiveState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
