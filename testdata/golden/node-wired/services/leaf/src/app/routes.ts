import { hostname } from "node:os";
import type { App } from "../chassis/app.ts";
import type { Chassis } from "../chassis/chassis.ts";

/**
 * The service's routes. Gateways strip the route's prefix: PREFIX/rest arrives here as /api/rest.
 * Replace this starter by what the service is for.
 */
export function routes(app: App, { config }: Chassis): void {
  const describe = async () => ({
    name: config.SERVICE_NAME,
    language: "node",
    runtime: process.versions.node,
    host: hostname(),
    process_id: process.pid,
  });
  app.get("/api", describe);
  app.get("/api/", describe);
}
