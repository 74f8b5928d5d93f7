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

test("services that call each other in a circle come to an end", async (t) => {
  const { url } = await startService(t, { SERVICE_NAME: "me" }, routes);
  const { calls } = (await (await fetch(`${url}/api/?via=a,me,b`)).json()) as { calls: object };
  for (const call of Object.values(calls)) {
    assert.deepEqual(call, { error: "circle" });
  }
  assert.notEqual(Object.keys(calls).length, 0);
});

test("a dependency that is not there is reported", async (t) => {
  const { url } = await startService(t, {}, routes);
  const { calls } = (await (await fetch(`${url}/api/`)).json()) as { calls: object };
  for (const call of Object.values(calls)) {
    assert.deepEqual(call, { error: "not_configured" });
  }
  assert.notEqual(Object.keys(calls).length, 0);
});
