package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/mongostore/admin"
	"clientgraph/internal/mongostore/schema"
)

// openUnhurried opens the database without changing it, for commands that may take hours:
// timeouts in the URI do not apply, and only ctx ends them.
func openUnhurried(ctx context.Context, cfg config.Database, logger *slog.Logger, progress io.Writer) (*database, error) {
	return connect(ctx, devdb.Join, cfg, logger, progress, func(o *options.ClientOptions) { o.SetTimeout(0) })
}

// indexes creates the indexes and lists them. It reports its progress on stderr.
func indexes(ctx context.Context, cfg config.Indexes, stdout, stderr io.Writer) error {
	logger := commandLogger(stderr)
	if cfg.Shard || len(cfg.Zone) > 0 {
		// Commands of clusters are not part of the Stable API.
		cfg.APIStrict = false
	}
	db, err := openUnhurried(ctx, cfg.Database, logger, stderr)
	if err != nil {
		return err
	}
	defer db.close(ctx, logger)
	if len(cfg.Zone) > 0 {
		if err := asUsers(db.store.IsCluster(ctx)); err != nil {
			return err
		}
	}
	if err := buildIndexes(ctx, db.store, cfg.DropUnused, stderr); err != nil {
		return err
	}
	names := schema.IndexNames()
	slices.Sort(names)
	for _, name := range names {
		if _, err := fmt.Fprintln(stdout, name); err != nil {
			return err
		}
	}
	if cfg.Shard {
		if err := shard(ctx, db.store, stdout); err != nil {
			return err
		}
	}
	for _, zone := range cfg.Zone {
		if err := asUsers(db.store.PutZone(ctx, admin.Zone(zone))); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(stdout, "the businesses %d to %d stay in the zone %s\n", zone.From, zone.To, zone.Name); err != nil {
			return err
		}
	}
	return nil
}

// buildIndexes creates the missing indexes. With drop it also drops those of earlier
// versions, after creating their replacements, or before if both have the same name.
func buildIndexes(ctx context.Context, store *mongostore.Store, drop bool, progress io.Writer) error {
	step := &steps{to: progress}
	build := func() error {
		err := store.BuildIndexes(ctx, func(collection string, indexes []string) {
			step.begin(fmt.Sprintf("making of %s: %s", collection, strings.Join(indexes, ", ")))
		})
		step.end()
		return err
	}
	if err := build(); err != nil {
		return err
	}
	if drop {
		dropped, err := store.DropUnused(ctx)
		for _, name := range dropped {
			fmt.Fprintf(progress, "dropped %s\n", name)
		}
		if err != nil {
			return err
		}
		if err := build(); err != nil {
			return err
		}
	}
	state, err := store.IndexState(ctx)
	if err != nil {
		return err
	}
	for _, name := range state.Outdated {
		fmt.Fprintf(progress, "%s is that of an earlier version; --drop-unused recreates it\n", name)
	}
	for _, name := range state.Unused {
		fmt.Fprintf(progress, "%s is no longer used; --drop-unused drops it\n", name)
	}
	for _, name := range state.Foreign {
		fmt.Fprintf(progress, "%s has another definition than this program's index with that name; drop or rename it\n", name)
	}
	return nil
}

// steps prints which step begins, and how long it took.
type steps struct {
	to    io.Writer
	began time.Time
}

func (t *steps) begin(what string) {
	t.end()
	t.began = time.Now()
	fmt.Fprintln(t.to, what)
}

func (t *steps) end() {
	if !t.began.IsZero() {
		fmt.Fprintf(t.to, "made in %s\n", time.Since(t.began).Round(time.Millisecond))
	}
	t.began = time.Time{}
}

// shard shards a cluster's collections, and prints what it did; a replica set can't be
// sharded.
func shard(ctx context.Context, store *mongostore.Store, stdout io.Writer) error {
	err := store.Shard(ctx, func(collection, did string) {
		fmt.Fprintf(stdout, "%s %s\n", collection, did)
	})
	if errors.Is(err, admin.ErrNoCluster) {
		_, err = fmt.Fprintln(stdout, "nothing is sharded: the database is not a sharded cluster; to shard one, connect to its mongos")
		return err
	}
	return asUsers(err)
}

// asUsers drops the causes of errors that the user can mend.
func asUsers(err error) error {
	if errors.Is(err, admin.ErrNoCluster) || errors.Is(err, admin.ErrUnnamed) {
		return &devdb.UserError{Message: err.Error()}
	}
	return err
}
