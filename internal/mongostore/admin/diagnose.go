package admin

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/transact"
)

// Server is what the database reports about itself.
type Server struct {
	// Version is MongoDB's, such as 8.0.4.
	Version string
	// ReplicaSet is the name of the replica set; empty if there is none. Sharded says
	// that the connection goes through mongos.
	ReplicaSet string
	Sharded    bool
	// Members is the number of electable hosts in the replica set; Primary says whether
	// there is a primary.
	Members int
	Primary bool
	// Skew is how far the database's clock is ahead of ours, as far as the round-trip
	// time allows to measure it.
	Skew time.Duration
	// ReadConcern and WriteConcern are the deployment's defaults; empty if the database
	// does not report them.
	ReadConcern, WriteConcern string
}

// Server asks the database about itself.
func (a *Admin) Server(ctx context.Context) (Server, error) {
	admin := a.db.Client().Database("admin")
	var build struct {
		Version string `bson:"version"`
	}
	if err := admin.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		return Server{}, fmt.Errorf("ask for the version: %w", err)
	}
	var hello struct {
		SetName   string    `bson:"setName"`
		Msg       string    `bson:"msg"`
		Hosts     []string  `bson:"hosts"`
		Primary   string    `bson:"primary"`
		Writable  bool      `bson:"isWritablePrimary"`
		LocalTime time.Time `bson:"localTime"`
	}
	before := time.Now()
	if err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return Server{}, fmt.Errorf("ask who it is: %w", err)
	}
	after := time.Now()
	about := Server{
		Version: build.Version, ReplicaSet: hello.SetName, Sharded: hello.Msg == "isdbgrid",
		Members: len(hello.Hosts), Primary: hello.Primary != "" || hello.Writable,
	}
	switch {
	case hello.LocalTime.IsZero():
	case hello.LocalTime.After(after):
		about.Skew = hello.LocalTime.Sub(after)
	case hello.LocalTime.Before(before.Truncate(time.Millisecond)):
		about.Skew = hello.LocalTime.Sub(before)
	}
	about.ReadConcern, about.WriteConcern = defaultConcerns(ctx, admin)
	return about, nil
}

// defaultConcerns returns the defaults of the deployment; an engine may not report them.
func defaultConcerns(ctx context.Context, admin *mongo.Database) (read, write string) {
	var concerns struct {
		Read struct {
			Level string `bson:"level"`
		} `bson:"defaultReadConcern"`
		Write struct {
			W any `bson:"w"`
		} `bson:"defaultWriteConcern"`
	}
	err := admin.RunCommand(ctx, bson.D{{Key: "getDefaultRWConcern", Value: 1}}).Decode(&concerns)
	if err != nil || concerns.Write.W == nil {
		return concerns.Read.Level, ""
	}
	return concerns.Read.Level, fmt.Sprint(concerns.Write.W)
}

// Transacts returns an error if transactions do not work. It reads in one.
func (a *Admin) Transacts(ctx context.Context) error {
	return transact.Run(ctx, a.db, func(ctx context.Context) error {
		_, err := a.Empty(ctx)
		return err
	})
}
