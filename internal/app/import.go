package app

import (
	"context"
	"fmt"
	"io"
	"os"

	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/transfer"
)

// maxProblems bounds the problems that an import prints.
const maxProblems = 100

// importFile imports a file of clients or of scheduler data.
func importFile(ctx context.Context, cfg config.Import, stdout, stderr io.Writer) error {
	format, ok := transfer.FormatOf(cfg.File)
	if !ok {
		return &devdb.UserError{Message: "want a file whose name ends in .csv or .jsonl"}
	}
	file, err := os.Open(cfg.File)
	if err != nil {
		return &devdb.UserError{Message: fmt.Sprintf("can't open %s; is it there, and may you read it?", cfg.File)}
	}
	defer file.Close()
	if cfg.Kind == kindClients {
		return importClients(ctx, cfg, format, file, stdout, stderr)
	}
	service, closing, err := openService(ctx, cfg.Database, stderr)
	if err != nil {
		return err
	}
	defer closing()
	problems := 0
	summary, err := transfer.Import(ctx, service.Scheduler, owner(cfg.Business, "import"), file, transfer.Options{
		Kind:   transfer.Kind(cfg.Kind),
		Format: format,
		DryRun: cfg.DryRun,
		Wrong: func(line int, problem string) {
			if problems++; problems <= maxProblems {
				fmt.Fprintf(stderr, "%s:%d: %s\n", cfg.File, line, problem)
			}
		},
	})
	if problems > maxProblems {
		fmt.Fprintf(stderr, "and %d more problems\n", problems-maxProblems)
	}
	verb := "took in"
	if cfg.DryRun {
		verb = "would take in"
	}
	fmt.Fprintf(stdout, "read %d %s, %s %d, known already %d, with errors %d\n", summary.Lines, cfg.Kind,
		verb, summary.Changed, int64(summary.Lines-summary.Bad)-summary.Changed, summary.Bad)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", cfg.File, err)
	case summary.Bad > 0:
		return &devdb.UserError{Message: fmt.Sprintf("%d of %d lines have errors and were left out", summary.Bad, summary.Lines)}
	}
	return nil
}
