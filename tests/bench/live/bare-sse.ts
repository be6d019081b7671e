/** The least that streams can cost: a loop over open responses, in a process of its own. A POST is written to all of them. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const readers = new Set<ServerResponse>();
const server = createServer((request, response) => {
  if (request.method === "POST") {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const written = performance.timeOrigin + performance.now();
      const frame = Buffer.from(`data: ${JSON.stringify({ ...JSON.parse(body), written })}\n\n`);
      for (const reader of readers) reader.write(frame);
      response.end("{}");
    });
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`data: {"type":"connected"}\n\n`);
  readers.add(response);
  response.on("close", () => readers.delete(response));
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ url: `http://localhost:${(server.address() as AddressInfo).port}` });
});
process.once("disconnect", () => process.exit(0));
