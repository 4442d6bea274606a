// Tests the console of a running server in a real browser:
//
//   node console/run.mjs http://127.0.0.1:8080 [FOLDER-FOR-PICTURES] [PART-OF-A-NAME]
//
// Each test has a window of its own and finds things as people do, by role and
// label. Exits 0 when all pass and no browser complained.
import { mkdir } from "node:fs/promises";
import * as clients from "./clients.mjs";
import * as edit from "./edit.mjs";
import * as merge from "./merge.mjs";
import * as screens from "./screens.mjs";
import { World } from "./world.mjs";

const [base, shots = ".ci/out/console", only = ""] = process.argv.slice(2);
if (!base) {
  console.error("usage: node console/run.mjs BASE-URL [FOLDER] [PART-OF-A-NAME]");
  process.exit(2);
}
await mkdir(shots, { recursive: true });
const world = await World.open(base, shots);
let failed = 0;
try {
  for (const [name, test] of Object.entries({ ...clients.tests, ...edit.tests, ...merge.tests, ...screens.tests })) {
    if (!name.includes(only)) {
      continue;
    }
    const began = performance.now();
    let failure = null;
    try {
      await test(world);
    } catch (error) {
      failure = error;
      const page = world.windows.at(-1)?.pages()[0];
      await page?.screenshot({ path: `${shots}/failed-${failed}.png` }).catch(() => {});
    }
    await world.closeWindows().catch((error) => (failure ??= error));
    console.log(`${failure ? "FAILED" : "ok    "} ${name} (${Math.round(performance.now() - began)} ms)`);
    if (failure) {
      failed++;
      console.error(`  ${failure.message}`);
    }
  }
} finally {
  await world.close();
}
process.exitCode = failed > 0 ? 1 : 0;
