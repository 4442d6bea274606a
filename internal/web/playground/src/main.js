// The bundle's entry point.
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./page.css";

import * as React from "react";
import { createRoot } from "react-dom/client";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";

import { examplesPlugin } from "./examples.js";
import { mount, takeConfig } from "./mount.js";

// build.mjs bundles each of Monaco's workers as a script of its own and puts
// their hashed names in place of WORKERS.
globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    return new Worker(new URL(WORKERS[label] ?? WORKERS.editor, import.meta.url));
  },
};

const element = document.getElementById("playground");
const config = takeConfig(element);
mount(element, config, {
  React,
  createRoot,
  GraphiQL,
  createFetcher: createGraphiQLFetcher,
  initial: { query: "initialQuery", variables: "initialVariables" },
  plugins: [examplesPlugin(config.examples), HISTORY_PLUGIN, explorerPlugin()],
});
