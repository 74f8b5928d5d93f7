import { hostname } from "node:os";
import type { FastifyRequest } from "fastify";
import type { App } from "../chassis/app.ts";
import type { Chassis } from "../chassis/chassis.ts";
import { CallError, type CallName, type Client } from "../chassis/client.ts";

/**
 * The service's routes. Gateways strip the route's prefix: PREFIX/rest arrives here as /api/rest.
 * Replace this starter by what the service is for.
 */
export function routes(app: App, { config, client }: Chassis): void {
  const describe = async (request: FastifyRequest) => {
    const { via } = request.query as { via?: string | string[] };
    return {
      name: config.SERVICE_NAME,
      language: "node",
      runtime: process.versions.node,
      host: hostname(),
      process_id: process.pid,
      calls: await askAll(client, config.SERVICE_NAME, String(via ?? "")),
    };
  };
  app.get("/api", describe);
  app.get("/api/", describe);
}

/** `via` lists who was asked before, so that services which call each other in a circle come to an end. */
async function askAll(client: Client, self: string, via: string) {
  const before = via.split(",").filter(Boolean);
  const path = `/api/?via=${encodeURIComponent([...before, self].join(","))}`;
  const one = async (name: CallName) =>
    before.includes(self) ? { error: "circle" } : ask(client, name, path);
  const answers = client.names.map(async (name) => [name, await one(name)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

/** A dependency that fails is reported: it must not fail this service. */
async function ask(client: Client, name: CallName, path: string) {
  try {
    const { status, body } = await client.get(name, path);
    return status >= 400 ? { status, error: "status" } : { status, ...parse(body) };
  } catch (error) {
    if (error instanceof CallError) {
      return { error: error.reason };
    }
    throw error;
  }
}

function parse(body: string) {
  try {
    return { answer: JSON.parse(body) as unknown };
  } catch {
    return { error: "not_json" };
  }
}
