// Runs where the bundle was not built, after the CDN's scripts.
import { mount, takeConfig } from "./mount.js";

const element = document.getElementById("playground");
const config = takeConfig(element);
const { React, ReactDOM, GraphiQL } = globalThis;

if (React && ReactDOM && GraphiQL) {
  mount(element, config, {
    React,
    createRoot: ReactDOM.createRoot,
    GraphiQL,
    createFetcher: GraphiQL.createFetcher,
    initial: { query: "query", variables: "variables" },
  });
} else {
  element.firstElementChild.textContent =
    "GraphiQL could not be loaded from the CDN. Build the playground as told above, or use any other GraphQL client.";
}
