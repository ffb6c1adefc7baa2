// graphql-transport-ws with a client that knows nothing of it but frames: what is answered, and with which code what is
// against the protocol is closed (github.com/enisdenjo/graphql-ws, PROTOCOL.md).
import WebSocket from "ws";

const PATIENCE = 20_000; // for one frame; nothing is measured against it

class Client {
  constructor(base, protocols, headers = {}) {
    this.heard = [];
    this.waiting = [];
    this.socket = new WebSocket(`${base.replace("http", "ws")}/graphql/ws`, protocols, { headers });
    const tell = (what) => (this.waiting.length ? this.waiting.shift()(what) : this.heard.push(what));
    this.socket.on("message", (data, binary) => tell(binary ? { binary: true } : JSON.parse(data)));
    this.socket.on("close", (code, reason) => tell({ closed: code, reason: String(reason) }));
    this.socket.on("unexpected-response", (_, response) => {
      tell({ refused: response.statusCode });
      this.socket.terminate();
    });
    this.socket.on("error", () => {});
    this.opened = new Promise((resolve) => this.socket.on("open", resolve));
  }

  say(message) {
    this.socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  hear() {
    if (this.heard.length) return Promise.resolve(this.heard.shift());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("nothing was heard")), PATIENCE);
      this.waiting.push((what) => {
        clearTimeout(timer);
        resolve(what);
      });
    });
  }
}

const PROTOCOL = "graphql-transport-ws";
const INIT = { type: "connection_init", payload: { authorization: "Bearer dev:lead" } };
const LASTING = "subscription { overviewChanged { position } }";

async function open(base) {
  const client = new Client(base, PROTOCOL);
  await client.opened;
  return client;
}

async function known(base) {
  const client = await open(base);
  client.say(INIT);
  is((await client.hear()).type, "connection_ack");
  return client;
}

function is(actual, expected) {
  if (actual !== expected) throw new Error(`${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

async function isClosed(client, code) {
  for (;;) {
    const heard = await client.hear();
    if (heard.closed !== undefined) return is(heard.closed, code);
  }
}

const subscribe = (id, query, more = {}) => ({ type: "subscribe", id, payload: { query, ...more } });

const checks = {
  "another subprotocol is refused": async (base) => is((await new Client(base, "graphql-ws").hear()).refused, 400),
  "no subprotocol is refused": async (base) => is((await new Client(base, []).hear()).refused, 400),
  "the subprotocol is answered": async (base) => is((await open(base)).socket.protocol, PROTOCOL),
  "a page of another origin is refused": async (base) =>
    is((await new Client(base, PROTOCOL, { origin: "https://evil.example" }).hear()).refused, 403),
  "connection_init is acknowledged": async (base) => void (await known(base)),
  "a query gets next, then complete": async (base) => {
    const client = await known(base);
    client.say(subscribe("q", "{ me { county } }"));
    const next = await client.hear();
    is([next.type, next.id, next.payload.data.me.county].join(), "next,q,530322");
    is(JSON.stringify(await client.hear()), '{"type":"complete","id":"q"}');
  },
  "ping gets pong": async (base) => {
    const client = await open(base);
    client.say({ type: "ping" });
    is((await client.hear()).type, "pong");
  },
  "pong is taken unasked": async (base) => {
    const client = await known(base);
    client.say({ type: "pong", payload: {} });
    client.say({ type: "ping" });
    is((await client.hear()).type, "pong");
  },
  "an unsolicited complete is taken": async (base) => {
    const client = await known(base);
    client.say({ type: "complete", id: "nobody" });
    client.say({ type: "ping" });
    is((await client.hear()).type, "pong");
  },
  "a completed operation is silent and its id is free": async (base) => {
    const client = await known(base);
    client.say(subscribe("s", LASTING));
    is((await client.hear()).type, "next");
    client.say({ type: "complete", id: "s" });
    client.say(subscribe("s", "{ me { county } }"));
    is((await client.hear()).payload.data.me.county, "530322");
  },
  "what is no JSON is closed with 4400": async (base) => {
    const client = await known(base);
    client.say("{");
    await isClosed(client, 4400);
  },
  "what has no known type is closed with 4400": async (base) => {
    for (const message of [{}, [], { type: "start" }, { type: 7 }, { type: "next", id: "1", payload: {} }, "null"]) {
      const client = await known(base);
      client.say(message);
      await isClosed(client, 4400);
    }
  },
  "a subscribe that lacks a part is closed with 4400": async (base) => {
    const whole = subscribe("1", "{ me { county } }");
    const parts = [
      { ...whole, id: undefined },
      { ...whole, id: 7 },
      { ...whole, id: "" },
      { ...whole, payload: undefined },
      { ...whole, payload: {} },
      { ...whole, payload: { query: 7 } },
      { ...whole, payload: { query: "{a}", variables: "{}" } },
      { ...whole, payload: { query: "{a}", operationName: 7 } },
    ];
    for (const message of parts) {
      const client = await known(base);
      client.say(message);
      await isClosed(client, 4400);
    }
  },
  "a binary frame is closed with 4400": async (base) => {
    const client = await known(base);
    client.say(Buffer.from([1, 2, 3]));
    await isClosed(client, 4400);
  },
  "a payload of connection_init that is no object is closed with 4400": async (base) => {
    const client = await open(base);
    client.say({ type: "connection_init", payload: "lead" });
    await isClosed(client, 4400);
  },
  "a subscribe before the acknowledgement is closed with 4401": async (base) => {
    const client = await open(base);
    client.say(subscribe("1", "{ me { county } }"));
    await isClosed(client, 4401);
  },
  "unknown credentials are closed with 4401": async (base) => {
    for (const payload of [{ authorization: "Bearer dev:nobody" }, {}, null]) {
      const client = await open(base);
      client.say({ type: "connection_init", payload });
      await isClosed(client, 4401);
    }
  },
  "no connection_init is closed with 4408": async (base) => isClosed(await open(base), 4408),
  "an id in use is closed with 4409": async (base) => {
    const client = await known(base);
    client.say(subscribe("s", LASTING));
    client.say(subscribe("s", LASTING));
    await isClosed(client, 4409);
  },
  "a second connection_init is closed with 4429": async (base) => {
    const client = await known(base);
    client.say(INIT);
    await isClosed(client, 4429);
  },
  "two at once are closed with 4429": async (base) => {
    const client = await open(base);
    client.say(INIT);
    client.say(INIT);
    await isClosed(client, 4429);
  },
  "a document that cannot be executed gets error, and the connection stays": async (base) => {
    const client = await known(base);
    const faulty = ["{", "{ nothing }", "query($id: ID!) { node(id: $id) { id } }", "[".repeat(5_000), "", "mutation { __typename }"];
    for (const query of faulty) {
      client.say(subscribe("e", query));
      const heard = await client.hear();
      is(`${heard.type},${heard.id}`, "error,e");
      if (!Array.isArray(heard.payload) || !heard.payload.every((error) => error.message && error.extensions.code)) {
        throw new Error(JSON.stringify(heard.payload));
      }
    }
    client.say(subscribe("e", "query A { me { county } } query B { me { body } }", { operationName: "C" }));
    is((await client.hear()).type, "error");
    client.say(subscribe("e", "{ me { county } }"));
    is((await client.hear()).type, "next");
  },
  "an error of a field stands in next, not in error": async (base) => {
    const client = await known(base);
    client.say(subscribe("n", '{ matter(id: "matter:01J9Z3K4M5N6P7Q8R9S0T1V2W3") { phase } }'));
    const heard = await client.hear();
    is(`${heard.type},${Array.isArray(heard.payload.errors)}`, "next,true");
    is((await client.hear()).type, "complete");
  },
};

/** What each check came to: `{ name, why }`, `why` empty where it holds. */
export async function probe(base) {
  const results = [];
  for (const [name, check] of Object.entries(checks)) {
    const why = await check(base).then(
      () => "",
      (error) => error.message,
    );
    results.push({ name: `ws: ${name}`, why });
  }
  return results;
}
