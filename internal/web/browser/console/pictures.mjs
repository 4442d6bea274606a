// Makes the console's pictures that the documentation shows, of a running server
// with the sample:
//
//   node console/pictures.mjs http://127.0.0.1:8080 FOLDER
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../runner.mjs";
import { check, settled } from "../world.mjs";

// largest is what a picture may take, in bytes: everybody who clones gets it.
const largest = 150_000;

const screens = {
  "console-list": "/clients?open=4658091",
  "console-client": "/clients/4658091?tab=viewers",
  "console-merge": "/duplicates/merge?ids=5143212,4932331",
};

const tests = Object.fromEntries(
  Object.entries(screens).map(([name, path]) => [
    name,
    async (world) => {
      const page = await world.window(path, { colorScheme: "light", viewport: { width: 1160, height: 700 } });
      await settled(page);
      await page.getByText("Live", { exact: true }).waitFor();
      const file = join(world.shots, `${name}.png`);
      await page.screenshot({ path: file, animations: "disabled" });
      const { size } = await stat(file);
      check(size <= largest, `${name} takes ${size} bytes, more than ${largest}`);
    },
  ]),
);
await run(tests, process.argv.slice(2), "node console/pictures.mjs");
