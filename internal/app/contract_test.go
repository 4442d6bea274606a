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

// What docs/guides shows of front ends is what this runs: each block has its types
// checked, and each function in it is called.
func TestToolsOfOthersRunTheGuides(t *testing.T) {
	s := serve(t, dataDir(t), "--sample")
	runScript(t, s, "contract", "guides.mjs", "READER="+s.token(t, "--role", "CLIENT", "--client-account-id", "1151044"))
}

// What docs/guides/mobile.md shows of Kotlin and Swift is what the generator makes
// of its operations, and its requests are answered as it says.
func TestToolsOfOthersGenerateTheTypesOfTheMobileGuide(t *testing.T) {
	runScript(t, serve(t, dataDir(t), "--sample"), "contract", "mobile.mjs")
}
