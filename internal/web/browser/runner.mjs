import { mkdir } from "node:fs/promises";
import { World } from "./world.mjs";

// run runs tests by their names, each with windows of its own, and makes the exit
// code 0 when all pass and no browser complained. Its arguments are those of the
// command line: BASE-URL [FOLDER-FOR-PICTURES] [PART-OF-A-NAME].
export async function run(tests, [base, shots, only = ""], usage) {
  if (!base || !shots) {
    console.error(`usage: ${usage} BASE-URL FOLDER-FOR-PICTURES [PART-OF-A-NAME]`);
    process.exit(2);
  }
  await mkdir(shots, { recursive: true });
  const world = await World.open(base, shots);
  let failed = 0;
  try {
    for (const [name, test] of Object.entries(tests).filter(([name]) => name.includes(only))) {
      const began = performance.now();
      const failure = await failureOf(world, test, `${shots}/failed-${failed}.png`);
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
}

// failureOf runs one test; of one that fails it keeps a picture of the last window.
async function failureOf(world, test, picture) {
  let failure = null;
  try {
    await test(world);
  } catch (error) {
    failure = error;
    const page = world.windows.at(-1)?.pages()[0];
    await page?.screenshot({ path: picture }).catch(() => {});
  }
  await world.closeWindows().catch((error) => (failure ??= error));
  return failure;
}
