package devdb

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// endings are the ways in which a parent process of these tests goes on once
// it has an engine. The test binary runs itself as that parent.
var endings = map[string]func(*Database){
	"waits":     func(*Database) { select {} },
	"panics":    func(*Database) { panic("as a bug would") },
	"exits":     func(*Database) { os.Exit(0) },
	"exits bad": func(*Database) { os.Exit(3) },
	"closes":    func(db *Database) { must(db.Close(context.Background())) },
}

const (
	endingVar = "DEVDB_TEST_ENDING"
	dirVar    = "DEVDB_TEST_DIR"
	pipeVar   = "DEVDB_TEST_PIPE"
	softVar   = "DEVDB_TEST_SOFTWARE"
)

const (
	// hasDeafChild is an ending too: the parent waits, with a child that is
	// this binary again, run with the argument deaf.
	hasDeafChild = "has a deaf child"
	deaf         = "deaf"
	deafSays     = "deaf "
)

func TestMain(m *testing.M) {
	ending, isParent := os.LookupEnv(endingVar)
	o := Options{DataDir: os.Getenv(dirVar), EngineDir: os.Getenv(softVar)}.withDefaults()
	if os.Getenv(pipeVar) != "" {
		o.tie = otherTie
	}
	switch {
	case len(os.Args) == 2 && os.Args[1] == deaf:
		signal.Ignore()
		fmt.Println(deafSays + "now")
		select {}
	case !isParent:
		os.Exit(m.Run())
	case ending == hasDeafChild:
		startDeafChild(o)
		select {}
	}
	db, err := Open(context.Background(), o)
	must(err)
	fmt.Println(db.PID(), db.Address)
	endings[ending](db)
}

func startDeafChild(o Options) {
	out, err := newEngineLog(filepath.Join(o.DataDir, "log"), deafSays)
	must(err)
	running, err := startChild(command{path: os.Args[0], args: []string{deaf}, dir: o.DataDir}, out, o.Logger, o.tie)
	must(err)
	fmt.Println(running.pid(), <-out.listening)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(9)
	}
}

// parent is a process of its own that has an engine.
type parent struct {
	cmd       *exec.Cmd
	enginePID int
	address   string
}

func startParent(t *testing.T, dir, ending string, byPipe bool) parent {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), endingVar+"="+ending, dirVar+"="+dir, softVar+"="+software(t))
	if byPipe {
		cmd.Env = append(cmd.Env, pipeVar+"=1")
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	p := parent{cmd: cmd}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the parent process said nothing: %v", err)
	}
	if _, err := fmt.Sscan(line, &p.enginePID, &p.address); err != nil {
		t.Fatalf("the parent process said %q", line)
	}
	return p
}

// software is the folder of the engine that all test binaries share.
func software(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", ".data", "engine"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t *testing.T, dir string) *Database {
	t.Helper()
	db, err := Open(t.Context(), Options{DataDir: dir, EngineDir: software(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeDB(t, db) })
	return db
}

func closeDB(t *testing.T, db *Database) {
	t.Helper()
	if err := db.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

func connect(t *testing.T, uri string) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(selectionTimeout))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { disconnect(context.Background(), client) })
	return client
}

// insert writes a document and disconnects, since to disconnect from an engine
// that has been closed takes the driver's whole patience.
func insert(t *testing.T, db *Database, id string) {
	t.Helper()
	client := connect(t, db.URI)
	defer disconnect(t.Context(), client)
	if _, err := client.Database("d").Collection("c").InsertOne(t.Context(), bson.D{{Key: "_id", Value: id}}); err != nil {
		t.Fatal(err)
	}
}

// wantKept checks that the document is there.
func wantKept(t *testing.T, db *Database, id string) {
	t.Helper()
	var kept struct {
		ID string `bson:"_id"`
	}
	things := connect(t, db.URI).Database("d").Collection("c")
	if err := things.FindOne(t.Context(), bson.D{}).Decode(&kept); err != nil || kept.ID != id {
		t.Fatalf("want %q, got %q, %v", id, kept.ID, err)
	}
}

// wantGone waits for the process to end.
func wantGone(t *testing.T, pid int) {
	t.Helper()
	if pid == 0 {
		t.Fatal("want a process id")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	pause := time.NewTicker(5 * time.Millisecond)
	defer pause.Stop()
	for Alive(pid) {
		select {
		case <-ctx.Done():
			t.Fatalf("process %d is still there", pid)
		case <-pause.C:
		}
	}
}

// wantUserError checks that err is one line for a person, with these words.
func wantUserError(t *testing.T, err error, words ...string) {
	t.Helper()
	told, ok := errors.AsType[*UserError](err)
	if !ok {
		t.Fatalf("want a UserError, got %v", err)
	}
	if strings.Contains(told.Error(), "\n") {
		t.Errorf("want one line, got %q", told)
	}
	for _, word := range words {
		if !strings.Contains(told.Error(), word) {
			t.Errorf("want %q in %q", word, told)
		}
	}
}

// wantFile waits for the file to be there.
func wantFile(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	pause := time.NewTicker(5 * time.Millisecond)
	defer pause.Stop()
	for {
		if _, err := os.Stat(path); err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s is not there", path)
		case <-pause.C:
		}
	}
}
