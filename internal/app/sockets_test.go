//go:build sockets

package app_test

import (
	"strconv"
	"testing"
)

// The clients that others wrote for the two protocols find what they expect.
func TestClientsOfOthersSpeakToTheServersSockets(t *testing.T) {
	s := serve(t, dataDir(t))
	runScript(t, s, "sockets", "suite.mjs",
		"READER="+s.token(t, "--role", "STAFF", "--staff-id", "1", "--user", "reader"),
		"SERVER_PID="+strconv.Itoa(s.cmd.Process.Pid))
	if code := s.wait(t); code != 0 {
		t.Errorf("exit code %d: %s", code, s.stderr)
	}
}

// What GraphQL over HTTP demands, recommends and allows, as others test it.
func TestClientsOfOthersAuditGraphQLOverHTTP(t *testing.T) {
	runScript(t, serve(t, dataDir(t)), "sockets", "audit.mjs")
}
