package app

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/config"
	"clientgraph/internal/sample"
)

// announce tells users and the log that the server is ready.
func announce(stdout io.Writer, logger *slog.Logger, program string, cfg config.Serve, addr net.Addr, db *database) {
	scheme := "http"
	if cfg.TLSCert != "" {
		scheme = "https"
	}
	base := scheme + "://" + addr.String()
	text := fmt.Sprintf("clientgraph is ready: %s/graphql · database %s at %s\n", base, db.engine.Kind, db.engine.Address)
	for _, line := range whatToDo(program, cfg, base) {
		text += fmt.Sprintf("  %-11s %s\n", line[0], line[1])
	}
	// The reader may be gone; the log has the same.
	_, _ = io.WriteString(stdout, text)
	logger.Info("ready", "address", addr.String(), "database", db.engine.Kind, "development", cfg.Development())
}

// whatToDo returns lines with what a user can do next, each with a title.
func whatToDo(program string, cfg config.Serve, base string) [][2]string {
	var lines [][2]string
	if cfg.Development() || cfg.Console {
		lines = append(lines, [2]string{"console", base + "/console"})
	}
	if cfg.Development() || cfg.Playground {
		lines = append(lines, [2]string{"playground", base + "/"})
	}
	lines = append(lines, [2]string{"API", base + "/graphql"})
	if !cfg.Development() {
		return lines
	}
	lines = append(lines, [2]string{"token", tokenCommand(program, cfg.DataDir)})
	if cfg.Sample {
		lines = append(lines, sampleLines()...)
	}
	return lines
}

// tokenCommand returns a command line that prints a valid token for this server, from any
// folder.
func tokenCommand(program, dataDir string) string {
	// A name without a folder is found by the PATH.
	if strings.ContainsRune(program, filepath.Separator) {
		program = absolute(program)
	}
	return shellWord(program) + " token --data-dir " + shellWord(absolute(dataDir)) + " --role " + string(client.RoleOwner)
}

// sampleLines list clients, staff and locations of the sample that a token can be for,
// with the flags for it.
func sampleLines() [][2]string {
	data, err := sample.Reference()
	if err != nil {
		return nil // return nil // Without the sample's files the server would not have started.
	}
	var staff, locations, accounts []string
	add := func(list *[]string, id int64) {
		if text := fmt.Sprint(id); !slices.Contains(*list, text) {
			*list = append(*list, text)
		}
	}
	for _, one := range data.Clients {
		if one.ClientAccountID != nil {
			add(&accounts, *one.ClientAccountID)
		}
		for _, appointment := range one.Appointments {
			add(&staff, appointment.StaffID)
			add(&locations, appointment.LocationID)
		}
	}
	lines := [][2]string{{"business", fmt.Sprint(sample.BusinessID)}}
	for _, kind := range []struct {
		name string
		ids  []string
		role client.Role
		flag string
		id   int64
	}{
		{"staff", staff, client.RoleStaff, "staff-id", sampleStaff},
		{"locations", locations, client.RoleLocationSuperUser, "location-id", sampleLocation},
		{"accounts", accounts, client.RoleClient, "client-account-id", sampleAccount},
	} {
		slices.Sort(kind.ids)
		lines = append(lines, [2]string{kind.name, fmt.Sprintf("%s (--role %s --%s %d)", strings.Join(kind.ids, ", "), kind.role, kind.flag, kind.id)})
	}
	return lines
}

// absolute returns a path from the root, or the given path if the current folder is
// unknown.
func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// shellWord quotes text that a shell would not read as one word.
func shellWord(text string) string {
	if text != "" && strings.Trim(text, "+,-./:=@_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
