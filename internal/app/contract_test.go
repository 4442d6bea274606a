//go:build contract

package app_test

import "testing"

// What generates code from the schema reads it, and what keeps answers keeps them
// right, without a warning.
func TestToolsOfOthersReadTheSchemaAndKeepItsAnswers(t *testing.T) {
	runScript(t, serve(t, dataDir(t), "--sample"), "contract", "run.mjs")
}

// What composes subgraphs into a supergraph takes ours, and what asks a supergraph
// gets whole answers.
func TestToolsOfOthersComposeTheSubgraph(t *testing.T) {
	runScript(t, serve(t, dataDir(t), "--sample", "--federation"), "contract", "federation.mjs")
}
