// The bundle's entry point.
import "graphiql/style.css";
import "./page.css";

import * as React from "react";
import { createRoot } from "react-dom/client";
import { GraphiQL } from "graphiql";
import { createGraphiQLFetcher } from "@graphiql/toolkit";

import { mount, takeConfig } from "./mount.js";

// build.mjs bundles each of Monaco's workers as a script of its own and puts
// their hashed names in place of WORKERS.
globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    return new Worker(new URL(WORKERS[label] ?? WORKERS.editor, import.meta.url));
  },
};

const element = document.getElementById("playground");
mount(element, takeConfig(element), {
  React,
  createRoot,
  GraphiQL,
  createFetcher: createGraphiQLFetcher,
});
