// Fails when schema.graphqls would break what is written against the newest
// release, the newest tag v*. `make schema` runs it from the project's root.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { DangerousChangeType, buildSchema, findBreakingChanges, findDangerousChanges } from "graphql";

// An enum may grow and an argument may come to be left out: callers are told so.
const dangerous = new Set([DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE]);

function git(...args) {
  return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function released() {
  try {
    const tag = git("describe", "--tags", "--abbrev=0", "--match", "v*").trim();
    return { tag, text: git("show", `${tag}:schema.graphqls`) };
  } catch {
    return undefined;
  }
}

function changes(before, after) {
  const [old, now] = [buildSchema(before), buildSchema(after)];
  return [...findBreakingChanges(old, now), ...findDangerousChanges(old, now).filter(({ type }) => dangerous.has(type))];
}

const current = readFileSync("schema.graphqls", "utf8");

// What can't fail says nothing: a schema without its first field breaks.
if (changes("type Query { a: Int, b: Int }", "type Query { b: Int }").length !== 1) {
  throw new Error("the check does not see a field that is gone");
}

const release = released();
if (!release) {
  buildSchema(current);
  console.log("no release yet: nothing that the schema could break");
} else {
  const found = changes(release.text, current);
  for (const { description } of found) {
    console.error(description);
  }
  console.log(`${found.length} breaking changes since ${release.tag}`);
  process.exitCode = found.length > 0 ? 1 : 0;
}
