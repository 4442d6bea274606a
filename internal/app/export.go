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

// export writes the clients of a business.
func export(ctx context.Context, cfg config.Export, stdout, stderr io.Writer) error {
	filter, err := transfer.ParseFilter(cfg.Filter)
	if err != nil {
		return &devdb.UserError{Message: "--filter: " + err.Error()}
	}
	service, closing, err := openService(ctx, cfg.Database, stderr)
	if err != nil {
		return err
	}
	defer closing()
	scope := owner(cfg.Business, "export")
	total, err := service.Count(ctx, scope, filter)
	if err != nil {
		return err
	}
	to, done, err := output(cfg.Output, stdout)
	if err != nil {
		return err
	}
	bar := newProgress(stderr, "clients", int(total))
	written, err := transfer.ExportClients(ctx, service.Reads, scope, to, transfer.ExportOptions{
		Format: transfer.Format(cfg.Format), Filter: filter,
		Progress: func(written int64) { bar.set(int(written)) },
	})
	bar.done()
	if failed := done(err == nil); err == nil {
		err = failed
	}
	if err == nil {
		_, err = fmt.Fprintf(stderr, "wrote %d clients\n", written)
	}
	return err
}

// output returns the writer of a command: stdout, or a file that gets its name only when
// it is complete.
func output(name string, stdout io.Writer) (to io.Writer, done func(whole bool) error, err error) {
	if name == "" {
		return stdout, func(bool) error { return nil }, nil
	}
	part := name + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, &devdb.UserError{Message: fmt.Sprintf("can't write %s; choose another file with --output", name)}
	}
	return file, func(whole bool) error {
		if err := file.Close(); err != nil || !whole {
			_ = os.Remove(part) // _ = os.Remove(part) // An incomplete file is useless.
			return err
		}
		return os.Rename(part, name)
	}, nil
}
