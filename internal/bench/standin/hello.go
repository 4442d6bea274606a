package standin

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// setName is the name of the stand-in's replica set.
const setName = "standin"

// hello returns the stand-in's hello: the primary and only member of a replica set, at
// that address.
func hello(address string) bson.D {
	return bson.D{
		{Key: "helloOk", Value: true},
		{Key: "ismaster", Value: true},
		{Key: "isWritablePrimary", Value: true},
		{Key: "secondary", Value: false},
		{Key: "setName", Value: setName},
		{Key: "setVersion", Value: int32(1)},
		{Key: "hosts", Value: bson.A{address}},
		{Key: "me", Value: address},
		{Key: "primary", Value: address},
		{Key: "electionId", Value: bson.ObjectID{1}},
		{Key: "topologyVersion", Value: bson.D{{Key: "processId", Value: bson.ObjectID{2}}, {Key: "counter", Value: int64(0)}}},
		{Key: "maxBsonObjectSize", Value: int32(16 << 20)},
		{Key: "maxMessageSizeBytes", Value: int32(maxMessage)},
		{Key: "maxWriteBatchSize", Value: int32(100_000)},
		{Key: "localTime", Value: time.Now().UTC()},
		{Key: "logicalSessionTimeoutMinutes", Value: int32(30)},
		{Key: "connectionId", Value: int32(1)},
		{Key: "minWireVersion", Value: int32(0)},
		{Key: "maxWireVersion", Value: int32(25)},
		{Key: "readOnly", Value: false},
		{Key: "ok", Value: 1.0},
	}
}

// nothing returns the reply to a command that was not recorded.
func nothing(command, namespace string) bson.D {
	ok := bson.E{Key: "ok", Value: 1.0}
	switch command {
	case "find", "aggregate", "listIndexes", "listCollections":
		return bson.D{{Key: "cursor", Value: bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: namespace}, {Key: "firstBatch", Value: bson.A{}}}}, ok}
	case "getMore":
		return bson.D{{Key: "cursor", Value: bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: namespace}, {Key: "nextBatch", Value: bson.A{}}}}, ok}
	}
	return bson.D{{Key: "n", Value: int32(0)}, ok}
}
