// Tests the playground of a running server in a real browser:
//
//   node playground/run.mjs http://127.0.0.1:8080 FOLDER-FOR-PICTURES [PART-OF-A-NAME]
import { run } from "../runner.mjs";
import * as asking from "./asking.mjs";
import * as finding from "./finding.mjs";

await run({ ...finding.tests, ...asking.tests }, process.argv.slice(2), "node playground/run.mjs");
