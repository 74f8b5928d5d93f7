// The least program of Fastify that answers as the starter API does.
import { hostname } from "node:os";
import { fastify } from "fastify";

const { HOST, PORT, SERVICE_NAME } = process.env;

const app = fastify();

app.get("/api/", async () => ({
  name: SERVICE_NAME,
  language: "node",
  runtime: process.versions.node,
  host: hostname(),
  process_id: process.pid,
}));

await app.listen({ host: HOST, port: Number(PORT) });
