package devdb

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
)

const (
	// selectionTimeout bounds how long a given database may take to answer; reachTimeout
	// adds the look-up of its name, for which the driver takes no context.
	selectionTimeout = 5 * time.Second
	reachTimeout     = 8 * time.Second
	// disconnectTimeout bounds Disconnect, which waits without end for a database that
	// has ended.
	disconnectTimeout = 2 * time.Second
	// readyPause is the pause between two checks of a starting database.
	readyPause = 20 * time.Millisecond
)

// hello has the fields that we read of a server's hello.
type hello struct {
	WritablePrimary bool   `bson:"isWritablePrimary"`
	SetName         string `bson:"setName"`
	// Msg is isdbgrid on the router of a sharded cluster.
	Msg string `bson:"msg"`
}

// reach checks that the database at uri answers and supports transactions, and returns
// its hosts. Its errors do not have the URI, which may have a password.
func reach(ctx context.Context, uri string) (hosts string, err error) {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	opts, err := parse(ctx, uri)
	if err != nil {
		return "", err
	}
	hosts = strings.Join(opts.Hosts, ", ")
	opts.SetServerSelectionTimeout(selectionTimeout)
	client, err := mongo.Connect(opts)
	if err != nil {
		return "", userError(nil, "MONGODB_URI can't be used: its options contradict each other; check it")
	}
	defer disconnect(ctx, client)
	answer, err := sayHello(ctx, client)
	switch {
	case errors.Is(err, context.Canceled):
		return "", err
	case err != nil && (mongo.IsTimeout(err) || mongo.IsNetworkError(err)):
		return "", userError(err, "no primary of a MongoDB answers at %s within %v: start it, or correct or unset MONGODB_URI", hosts, selectionTimeout)
	case err != nil:
		return "", userError(err, "the MongoDB at %s refuses us: check the user name, the password and the options in MONGODB_URI", hosts)
	case answer.SetName == "" && answer.Msg != "isdbgrid":
		return "", userError(nil, "the MongoDB at %s is a standalone server, which has no transactions: start it with --replSet and run rs.initiate(), or give another MONGODB_URI", hosts)
	}
	return hosts, nil
}

// parse parses the URI, bounded by ctx: for mongodb+srv the driver looks the name up
// while parsing, without a context. A look-up that was given up ends by the resolver's
// own timeout.
func parse(ctx context.Context, uri string) (*options.ClientOptions, error) {
	parsed := make(chan *options.ClientOptions, 1)
	go func() { parsed <- options.Client().ApplyURI(uri) }()
	select {
	case opts := <-parsed:
		if opts.Validate() != nil {
			return nil, userError(nil, "MONGODB_URI can't be used: it must look like mongodb://HOST:PORT/?replicaSet=NAME, or mongodb+srv://NAME/ with a name that can be looked up; special characters in the user name and the password are percent-encoded")
		}
		return opts, nil
	case <-ctx.Done():
		return nil, userError(ctx.Err(), "the name in MONGODB_URI can't be looked up within %v: check the network, or correct or unset MONGODB_URI", reachTimeout)
	}
}

// sayHello sends hello to the primary, or to the one server of a direct connection.
func sayHello(ctx context.Context, client *mongo.Client) (hello, error) {
	var answer hello
	command := bson.D{{Key: "hello", Value: 1}}
	err := client.Database("admin").RunCommand(ctx, command, options.RunCmd().SetReadPreference(readpref.Primary())).Decode(&answer)
	return answer, err
}

// connectDirect connects to the one server at address in any state, also before it is
// ready.
func connectDirect(address string) (*mongo.Client, error) {
	return mongo.Connect(options.Client().ApplyURI(directURI(address)).SetServerSelectionTimeout(selectionTimeout))
}

func directURI(address string) string {
	return "mongodb://" + address + "/?directConnection=true"
}

// untilWritable polls the server until it is a writable primary. nudge, if not nil, is
// called before each check.
func untilWritable(ctx context.Context, client *mongo.Client, nudge func(context.Context) error) error {
	pause := time.NewTicker(readyPause)
	defer pause.Stop()
	var last error
	for {
		if nudge != nil {
			last = nudge(ctx)
		}
		answer, err := sayHello(ctx, client)
		if err == nil && answer.WritablePrimary {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), last, err)
		case <-pause.C:
		}
	}
}

func disconnect(ctx context.Context, client *mongo.Client) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), disconnectTimeout)
	defer cancel()
	// An error of closing the connection is ignored.
	_ = client.Disconnect(ctx)
}
