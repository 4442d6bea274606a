// Tests the console of a running server in a real browser:
//
//   node console/run.mjs http://127.0.0.1:8080 FOLDER-FOR-PICTURES [PART-OF-A-NAME]
//
// Each test finds things as people do, by role and label.
import { run } from "../runner.mjs";
import * as clients from "./clients.mjs";
import * as edit from "./edit.mjs";
import * as files from "./files.mjs";
import * as merge from "./merge.mjs";
import * as screens from "./screens.mjs";
import * as webhooks from "./webhooks.mjs";

const tests = { ...clients.tests, ...edit.tests, ...merge.tests, ...webhooks.tests, ...files.tests, ...screens.tests };
await run(tests, process.argv.slice(2), "node console/run.mjs");
