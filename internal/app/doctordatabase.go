package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/conns"
	"clientgraph/internal/devdb"
	"clientgraph/internal/mongostore/admin"
	"clientgraph/internal/mongostore/record"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/search"
	"clientgraph/internal/secret"
)

const (
	// oldestDatabase is the first major version of MongoDB with all needed features.
	oldestDatabase = 6
	// clockWarning and clockFault are the differences between the database's clock and
	// ours that are noted, and must be mended.
	clockWarning, clockFault = time.Second, time.Minute
	// littleDisk is how many bytes should be free on a disk.
	littleDisk = 2 << 30
	// erasureWarning is a number of unfinished erasures that a restart alone does not
	// explain.
	erasureWarning = 100
	// poolDefault is the number of connections that the driver opens if the URI does not
	// give one.
	poolDefault = 100
)

// machine checks the limits that the machine sets for the server.
func (d *doctor) machine() {
	const about = "connections"
	if affordable := conns.Affordable(); affordable > 0 && affordable < d.cfg.MaxConnections {
		d.note(about, fmt.Sprintf("the limit of open files allows %d, --max-connections is %d", affordable, d.cfg.MaxConnections),
			"raise it: ulimit -n, LimitNOFILE= of systemd, or the container's own")
	} else {
		d.fine(about, "up to %d", d.cfg.MaxConnections)
	}
	running := d.cfg.MaxRunning
	if running == 0 {
		running = max(2*runtime.GOMAXPROCS(0), 4)
	}
	d.fine("load", "%d operations at once on %d cores", running, runtime.GOMAXPROCS(0))
	pool := options.Client().ApplyURI(d.cfg.MongoDBURI)
	size := uint64(poolDefault)
	if d.cfg.MongoDBURI != "" && pool.Validate() == nil && pool.MaxPoolSize != nil {
		size = *pool.MaxPoolSize
	}
	if size > 0 && size < 2*uint64(running) {
		d.note("pool", fmt.Sprintf("maxPoolSize=%d, and an operation may send two commands at once", size), "let the URI say maxPoolSize="+strconv.Itoa(4*running)+", or leave it out")
	} else {
		d.fine("pool", "up to %d connections to each server of the database", size)
	}
}

// database checks the database: its kind, its indexes, and unfinished work. It changes
// nothing.
func (d *doctor) database(ctx context.Context, cipher *secret.Cipher) {
	const about = "database"
	quiet := slog.New(slog.DiscardHandler)
	db, err := connect(ctx, devdb.Join, d.cfg.Database, quiet, nil, watchers{}.set)
	if err != nil {
		d.mend(about, err.Error(), "check MONGODB_URI, and whether this machine reaches the database")
		return
	}
	defer db.close(ctx, quiet)
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	server, err := db.store.Server(ctx)
	if err != nil {
		d.mend(about, "it does not answer", "check that it runs, and what its log says")
		return
	}
	d.server(db, server)
	if err := db.store.Transacts(ctx); err != nil {
		d.mend("transactions", "they don't work", "use a replica set (one server alone can be one: --replSet), or a sharded cluster")
	} else {
		d.fine("transactions", "they work")
	}
	d.upkeep(ctx, db, cipher)
	if db.engine.Kind != devdb.KindGiven {
		d.disk()
	}
}

// server checks what the database reports about itself.
func (d *doctor) server(db *database, server admin.Server) {
	const about = "database"
	name := fmt.Sprintf("%s at %s, version %s", db.engine.Kind, db.engine.Address, server.Version)
	major, _, _ := strings.Cut(server.Version, ".")
	switch number, err := strconv.Atoi(major); {
	case err != nil || number < oldestDatabase:
		d.mend(about, name, fmt.Sprintf("upgrade it: this needs MongoDB %d or later", oldestDatabase))
	case db.engine.Kind == devdb.KindSecantus:
		d.note(about, name, "this engine is for development and tests: give MONGODB_URI for data that matter")
	default:
		d.fine(about, "%s", name)
	}
	switch {
	case server.Sharded:
		d.fine("replication", "a sharded cluster")
	case server.ReplicaSet == "":
		d.mend("replication", "it is not a replica set", "start it with --replSet: transactions and the feed need a replica set")
	case !server.Primary:
		d.mend("replication", "the replica set "+server.ReplicaSet+" has no primary", "look at rs.status(): most of its members must reach one another")
	case server.Members < 3 && db.engine.Kind == devdb.KindGiven:
		d.note("replication", fmt.Sprintf("the replica set %s has %d members", server.ReplicaSet, server.Members), "have three, so that one may be lost")
	default:
		d.fine("replication", "the replica set %s has a primary and %d members", server.ReplicaSet, server.Members)
	}
	d.fine("concerns", "ours are majority for reads and writes, and snapshot in transactions; the deployment's own: reads %s, writes %s",
		orUnknown(server.ReadConcern), orUnknown(server.WriteConcern))
	switch skew := server.Skew.Abs(); {
	case skew > clockFault:
		d.mend("clock", "the database's differs from ours by "+server.Skew.Round(time.Millisecond).String(), "set both by NTP: tokens, days of reports and the age of feed rows depend on them")
	case skew > clockWarning:
		d.note("clock", "the database's differs from ours by "+server.Skew.Round(time.Millisecond).String(), "set both by NTP")
	default:
		d.fine("clock", "the database's agrees with ours")
	}
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// indexes checks the indexes.
func (d *doctor) indexes(ctx context.Context, db *database) {
	const about = "indexes"
	state, err := db.store.IndexState(ctx)
	if err != nil {
		d.mend(about, "the database does not list them", "check the user's rights in the database")
		return
	}
	if len(state.Missing) > 0 {
		d.mend(about, strings.Join(state.Missing, ", ")+" are missing", "run clientgraph indexes; until then reads are slow, and unique values may be duplicated")
	}
	if len(state.Foreign) > 0 {
		d.mend(about, strings.Join(state.Foreign, ", ")+" have names that this program uses, but other definitions", "drop or rename them, then run clientgraph indexes")
	}
	if len(state.Outdated) > 0 {
		d.note(about, strings.Join(state.Outdated, ", ")+" are those of an earlier version", "run clientgraph indexes --drop-unused once all servers are of this version")
	}
	if len(state.Unused) > 0 {
		d.note(about, strings.Join(state.Unused, ", ")+" are no longer used", "run clientgraph indexes --drop-unused once all servers are of this version")
	}
	if len(state.Missing)+len(state.Foreign) == 0 {
		d.fine(about, "all %d exist", len(schema.IndexNames()))
	}
}

// migrations checks for data in the form of earlier versions.
func (d *doctor) migrations(ctx context.Context, db *database) {
	const about = "migration"
	if err := db.store.CheckSchema(ctx); errors.Is(err, record.ErrNewer) {
		d.mend(about, "the database was migrated by a later version of clientgraph", "run that version")
		return
	}
	done := true
	for _, step := range db.store.Migrations() {
		left, err := step.Left(ctx)
		switch {
		case err != nil:
			d.mend(about, "unfinished work can't be counted", "check the user's rights in the database")
			return
		case left > 0:
			done = false
			d.note(about, fmt.Sprintf("there are %s: %d", step.About, left), "run clientgraph migrate once all servers are of this version")
		}
	}
	if done {
		d.fine(about, "there is nothing to do")
	}
}

// upkeep checks indexes, keys and unfinished work.
func (d *doctor) upkeep(ctx context.Context, db *database, cipher *secret.Cipher) {
	d.indexes(ctx, db)
	d.migrations(ctx, db)
	outdated, err := db.store.OutdatedBusinesses(ctx, search.RulesVersion)
	marked, err2 := db.store.RekeyingBusinesses(ctx)
	switch {
	case errors.Join(err, err2) != nil:
		d.mend("clients' keys", "they can't be read", "check the user's rights in the database")
	case len(outdated)+len(marked) > 0:
		d.note("clients' keys", fmt.Sprintf("%d businesses must be rekeyed, %d of them after a change of locale or region", len(outdated)+len(marked), len(marked)),
			"nothing: a server does so beside its requests, and the old ones serve meanwhile")
	default:
		d.fine("clients' keys", "all are of this version")
	}
	switch pending, err := db.store.Erasures(ctx, erasureWarning); {
	case err != nil:
		d.mend("erasures", "they can't be read", "check the user's rights in the database")
	case len(pending) == erasureWarning:
		d.note("erasures", fmt.Sprintf("%d or more are unfinished", len(pending)), "see a server's log for the reason: it tries again each minute")
	default:
		d.fine("erasures", "%d are unfinished", len(pending))
	}
	if cipher == nil {
		return
	}
	if err := secret.Opens(ctx, cipher, db.store); err != nil {
		d.mend("key ring", "it can't decrypt what is stored", "set --ssn-keyset-file to the key ring that this database's secrets were encrypted with")
	} else {
		d.fine("key ring", "it decrypts what is stored")
	}
}

// disk checks the disk of the embedded database.
func (d *doctor) disk() {
	const about = "disk"
	used, err := devdb.Used(d.cfg.DataDir)
	free, err2 := devdb.Free(d.cfg.DataDir)
	if errors.Join(err, err2) != nil {
		d.note(about, "its free space is unknown", "")
		return
	}
	text := fmt.Sprintf("the database takes %d MiB of it, %d MiB are free", used>>20, free>>20)
	if free < littleDisk {
		d.mend(about, text, "free some space: when the disk is full the embedded database stops, and may need two starts")
		return
	}
	d.fine(about, "%s", text)
}
