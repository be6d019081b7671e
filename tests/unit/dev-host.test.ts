import { connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { controlRoutes } from "../../dev/control.js";
import { faults, lostAnswer } from "../../dev/faults.js";
import { type Host, type Routes, serve, withoutPrefix } from "../../dev/host.js";
import { inProcess } from "../../dev/in-process.js";
import type { Simulator } from "../../dev/simulator.js";
import { RequestError } from "../../lib/domain/errors.js";

const hosts: Host[] = [];
const host = async (routes: Routes) => {
  const started = await serve({ port: 0, routes });
  hosts.push(started);
  return started.url;
};
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(hosts.splice(0).map((started) => started.close()));
});
const echo = async (request: Request) =>
  Response.json({ url: new URL(request.url).pathname + new URL(request.url).search, body: await request.text() });
const says = (word: string) => async () => new Response(word);

describe("The local host", () => {
  it("gives a request to the longest prefix that fits, by whole segments", async () => {
    const url = await host({ "/": says("root"), "/api": says("api"), "/api/webhooks": says("webhooks") });
    const at = async (path: string) => (await fetch(url + path)).text();

    expect(await Promise.all(["/", "/apiary", "/api", "/api/v1?x=1", "/api/webhooks/linear"].map(at))).toEqual([
      "root",
      "root",
      "api",
      "api",
      "webhooks",
    ]);
  });

  it("takes a simulator's prefix away and leaves a URL in the path as it is", async () => {
    const url = await host({ "/qstash": withoutPrefix("/qstash", echo) });
    const response = await fetch(`${url}/qstash/v2/publish/http://localhost:3000/api/steps?a=b%20c`, {
      method: "POST",
    });

    expect(await response.json()).toMatchObject({ url: "/v2/publish/http://localhost:3000/api/steps?a=b%20c" });
    expect(await (await fetch(`${url}/qstash`)).json()).toMatchObject({ url: "/" });
  });

  it("passes bodies on byte for byte, in both directions", async () => {
    const bytes = new Uint8Array([0, 255, 13, 10, 13, 10, 195, 40, 0]);
    const url = await host({ "/": async (request) => new Response(await request.arrayBuffer()) });
    const response = await fetch(url, { method: "PUT", body: bytes });

    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  it("keeps status, headers and every cookie", async () => {
    const url = await host({
      "/": async () =>
        new Response(null, {
          status: 302,
          headers: [
            ["location", "/elsewhere"],
            ["set-cookie", "a=1; Path=/"],
            ["set-cookie", "b=2; Path=/"],
          ],
        }),
    });
    const response = await fetch(url, { redirect: "manual" });

    expect([response.status, response.headers.get("location")]).toEqual([302, "/elsewhere"]);
    expect(response.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2; Path=/"]);
  });

  it("sends a stream as it comes, and ends it when the reader goes", async () => {
    let cancelled = () => {};
    const ended = new Promise<void>((resolve) => void (cancelled = resolve));
    let aborted = () => {};
    const signalled = new Promise<void>((resolve) => void (aborted = resolve));
    const url = await host({
      "/": async (request) => {
        request.signal.addEventListener("abort", () => aborted());
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode("data: first\n\n")),
          cancel: () => cancelled(),
        });
        return new Response(body, { headers: { "content-type": "text/event-stream" } });
      },
    });
    const reading = new AbortController();
    const response = await fetch(url, { signal: reading.signal });
    const first = await response.body?.getReader().read();
    reading.abort();
    await Promise.all([ended, signalled]);

    expect(new TextDecoder().decode(first?.value)).toBe("data: first\n\n");
  });

  it("breaks the connection where an answer is to be lost", async () => {
    const lost = async () => new Response(null, { status: 502, headers: { [lostAnswer]: "1" } });
    const url = await host({ "/": lost });

    await expect(fetch(url)).rejects.toThrow("fetch failed");
    await expect(inProcess(lost)("http://localhost/")).rejects.toThrow("fetch failed");
  });

  it("answers in JSON where nothing is served, where a route fails and where the request is broken", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const url = await host({ "/api": () => Promise.reject(new Error("the database is away")) });

    const missing = await fetch(`${url}/elsewhere`);
    expect([missing.status, await missing.json()]).toEqual([
      404,
      { error: "Nothing is served at /elsewhere; there is /api" },
    ]);
    const failed = await fetch(`${url}/api`);
    expect([failed.status, await failed.json()]).toEqual([500, { error: "the database is away" }]);
    expect(await rawAnswer(url, "GET / HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("says in one line that its port is taken", async () => {
    const url = await host({});

    await expect(serve({ port: Number(new URL(url).port), routes: {} })).rejects.toThrow(/^Port \d+ is in use/);
  });
});

describe("The control of the simulators", () => {
  const switches = faults();
  const pets: string[] = [];
  const zoo = {
    name: "zoo",
    fetch: says("roar"),
    control: {
      list: () => pets,
      add: ({ pet }: { pet: string }) => {
        if (!pet) throw new RequestError("no_pet", 400, "pet is missing");
        pets.push(pet);
      },
    },
    close: async () => {},
  } satisfies Simulator;
  const control = async (method: string, path: string, body?: string) => {
    const response = await controlRoutes([zoo], { zoo: switches })(
      new Request(`http://localhost${path}`, { method, body: body ?? null }),
    );
    return [response.status, await response.json()];
  };

  it("lists everything there is to do", async () => {
    expect(await control("GET", "/control")).toEqual([
      200,
      {
        simulators: [
          { name: "zoo", controls: ["/control/zoo/list", "/control/zoo/add", "/control/zoo/faults"], faults: [] },
        ],
      },
    ]);
  });

  it("does it by name, with a JSON body or without one", async () => {
    expect(await control("POST", "/control/zoo/add", '{"pet":"lion"}')).toEqual([200, null]);
    expect(await control("GET", "/control/zoo/list")).toEqual([200, ["lion"]]);
    expect(await control("POST", "/control/zoo/list")).toEqual([200, ["lion"]]);
  });

  it("switches faults on and off", async () => {
    const fault = { kind: "rate_limited", on: "feed", times: 2 };
    expect(await control("POST", "/control/zoo/faults", JSON.stringify(fault))).toEqual([200, [fault]]);
    expect(switches.draw("feed the lion")).toHaveLength(1);
    expect((await control("POST", "/control/zoo/faults", '{"kind":"meteor","on":"*"}'))[0]).toBe(400);
    expect(await control("DELETE", "/control/zoo/faults")).toEqual([200, []]);
  });

  it("says what is wrong with a call", async () => {
    expect(await control("POST", "/control/zoo/add", '{"pet":""}')).toEqual([400, { error: "pet is missing" }]);
    expect(await control("POST", "/control/zoo/add", "{")).toEqual([400, { error: "The body is not JSON" }]);
    expect(await control("POST", "/control/zoo/feed")).toEqual([
      404,
      { error: "zoo has no control feed; it has list, add, faults" },
    ]);
    expect(await control("GET", "/control/farm")).toEqual([404, { error: "There is no simulator farm; there is zoo" }]);
    expect((await control("POST", "/control/zoo/toString"))[0]).toBe(404);
  });
});

function rawAnswer(url: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(request));
    let text = "";
    socket.on("data", (chunk) => void (text += chunk.toString()));
    socket.on("end", () => resolve(text));
    socket.on("error", reject);
  });
}
