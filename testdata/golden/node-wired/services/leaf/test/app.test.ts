import assert from "node:assert/strict";
import { hostname } from "node:os";
import { test } from "node:test";
import { routes } from "../src/app/routes.ts";
import { startService } from "./chassis/support.ts";

test("the starter says what it is", async (t) => {
  const { url } = await startService(t, { SERVICE_NAME: "starter" }, routes);
  const answer = (await (await fetch(`${url}/api/`)).json()) as Record<string, unknown>;
  assert.equal(answer["name"], "starter");
  assert.equal(answer["language"], "node");
  assert.equal(answer["runtime"], process.versions.node);
  assert.equal(answer["host"], hostname());
  assert.equal(answer["process_id"], process.pid);
});

test("/api answers as /api/ does", async (t) => {
  const { url } = await startService(t, {}, routes);
  assert.equal((await fetch(`${url}/api`)).status, 200);
});
