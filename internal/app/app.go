// Package app wires the parts into a program: it runs the commands of the
// command line. Tests run the same wiring on port 0.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/secret"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// helpShown ends parsing after the help text.
type helpShown struct{ code int }

// Main runs a command line, which begins with the program's name, until it is done or ctx
// ends, and returns the exit code. It prints an error in one line on stderr.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		switch shown := recover().(type) {
		case nil:
		case helpShown:
			code = shown.code
		default:
			panic(shown)
		}
	}()
	cfg, command, err := config.Parse(args[1:],
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(helpShown{code}) }))
	if err != nil {
		fmt.Fprintf(stderr, "clientgraph: %v; --help lists the flags\n", err)
		return exitUsage
	}
	err = run(ctx, args[0], command, cfg, stdout, stderr)
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		// This is not an error of the command: it was asked to stop. A server that was
		// starting has left nothing undone.
		if command == "serve" {
			return exitOK
		}
		fmt.Fprintln(stderr, "clientgraph: stopped before it was done")
		return exitFailure
	}
	fmt.Fprintf(stderr, "clientgraph: %v\n", err)
	return exitFailure
}

// run runs a command. program is the name that the program was started by.
func run(ctx context.Context, program, command string, cfg config.Config, stdout, stderr io.Writer) error {
	switch command {
	case "serve":
		return Serve(ctx, program, cfg.Serve, stdout, stderr)
	case "token":
		return token(cfg.Token, stdout)
	case "seed":
		return seed(ctx, cfg.Seed, stdout, stderr)
	case "import <file>":
		return importFile(ctx, cfg.Import, stdout, stderr)
	case "export":
		return export(ctx, cfg.Export, stdout, stderr)
	case "indexes":
		return indexes(ctx, cfg.Indexes, stdout, stderr)
	case "migrate":
		return migrate(ctx, cfg.Migrate, stdout, stderr)
	case "doctor":
		return diagnose(ctx, cfg.Doctor, os.Stdin, stdout)
	case "config":
		return effective(cfg, stdout)
	case "completion <shell>":
		return config.WriteCompletion(stdout, cfg.Completion.Shell)
	case "keyset":
		return keyset(stdout)
	case "version":
		return version(stdout)
	}
	return fmt.Errorf("unknown command %s", command)
}

// token prints a token signed with the development key.
func token(cfg config.Token, stdout io.Writer) error {
	key, err := auth.DevelopmentKey(cfg.DataDir)
	if err != nil {
		return &devdb.UserError{Message: fmt.Sprintf("can't use the development key in %s; choose another folder with --data-dir", cfg.DataDir)}
	}
	development, err := auth.NewDevelopment(key, nil)
	if err != nil {
		return err
	}
	permissions := cfg.Role.Permissions()
	if len(cfg.Permission) > 0 {
		if permissions, err = client.ParsePermissions(cfg.Permission); err != nil {
			return err
		}
	}
	text, err := development.Token(client.Identity{
		BusinessID:      cfg.Business,
		User:            cfg.User,
		Role:            cfg.Role,
		Permissions:     permissions,
		StaffID:         cfg.StaffID,
		LocationIDs:     cfg.LocationID,
		ClientAccountID: cfg.ClientAccountID,
	}, cfg.TTL)
	if err != nil {
		return fmt.Errorf("no token: %w; token --help lists the flags", err)
	}
	_, err = fmt.Fprintln(stdout, text)
	return err
}

// effective prints the flags in force and their origins.
func effective(cfg config.Config, stdout io.Writer) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, setting := range cfg.Settings() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", setting.Flag, setting.Value, setting.From)
	}
	return table.Flush()
}

// keyset prints a new key ring.
func keyset(stdout io.Writer) error {
	ring, err := secret.NewKeyset()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s\n", ring)
	return err
}
