package devdb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

const (
	replicaSet = "clientgraph"
	// codeAlreadyInitialized is MongoDB's error code for a replica set that exists
	// already.
	codeAlreadyInitialized = 23
)

// mongod returns a replica set with one member, because transactions and change streams
// need a replica set. It uses the port of its last start if that is free, because the
// set's configuration has the port.
func mongod(path, dir string, port int) (program, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return program{}, unwritable(dir, err)
	}
	port, err := mongodPort(filepath.Join(filepath.Dir(dir), "mongod.port"), port)
	if err != nil {
		return program{}, err
	}
	return program{
		kind: KindMongod, path: path, dir: dir, port: port, nudge: initiate,
		args: []string{
			"--dbpath", dir, "--bind_ip", "127.0.0.1", "--replSet", replicaSet, "--wiredTigerCacheSizeGB", "0.25",
			// Otherwise it would wait 15 s for other members to take over.
			"--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100",
		},
	}, nil
}

// mongodPort returns the wanted port, or the last one, or a free one, and stores it in
// file. mongod does not accept port 0.
func mongodPort(file string, wanted int) (int, error) {
	if wanted == 0 {
		text, err := os.ReadFile(file)
		if last, bad := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && bad == nil {
			wanted = last
		}
		port, err := freePort(wanted)
		if err != nil {
			if port, err = freePort(0); err != nil {
				return 0, fmt.Errorf("find a port for mongod: %w", err)
			}
		}
		wanted = port
	}
	if err := os.WriteFile(file, []byte(strconv.Itoa(wanted)), 0o600); err != nil {
		return 0, unwritable(filepath.Dir(file), err)
	}
	return wanted, nil
}

// freePort returns the port if no process listens on it; for 0, any free port.
func freePort(port int) (int, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}

// initiate makes the server the only member of its set, also if the set exists already
// with the address of an earlier start.
func initiate(ctx context.Context, client *mongo.Client, address string) error {
	admin := client.Database("admin")
	member := bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: address}}}
	err := admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: bson.D{
		{Key: "_id", Value: replicaSet}, {Key: "members", Value: member},
	}}}).Err()
	if failed, ok := errors.AsType[mongo.CommandError](err); !ok || failed.Code != codeAlreadyInitialized {
		return err
	}
	var answer struct {
		Config struct {
			Version int `bson:"version"`
			Members []struct {
				Host string `bson:"host"`
			} `bson:"members"`
		} `bson:"config"`
	}
	if err := admin.RunCommand(ctx, bson.D{{Key: "replSetGetConfig", Value: 1}}).Decode(&answer); err != nil {
		return err
	}
	if len(answer.Config.Members) == 1 && answer.Config.Members[0].Host == address {
		return nil
	}
	return admin.RunCommand(ctx, bson.D{
		{Key: "replSetReconfig", Value: bson.D{
			{Key: "_id", Value: replicaSet}, {Key: "version", Value: answer.Config.Version + 1}, {Key: "members", Value: member},
		}},
		{Key: "force", Value: true},
	}).Err()
}
