package mongostore

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
)

// mergedDocument is what a survivor keeps of a client that was folded into it.
type mergedDocument struct {
	ClientID    int64     `bson:"clientId"`
	MergeID     int64     `bson:"mergeId"`
	MergedDate  time.Time `bson:"mergedDate"`
	AccountID   *int64    `bson:"clientAccountId,omitempty"`
	CreatedUser *string   `bson:"createdUser,omitempty"`
}

type aliasDocument struct {
	Field    string `bson:"field"`
	Value    string `bson:"value"`
	ClientID int64  `bson:"clientId"`
}

// encodeMerges is what merges left with a survivor, as documents hold it; nil
// for nothing.
func encodeMerges(place any) any {
	var list bson.A
	switch p := place.(type) {
	case *[]client.MergedClient:
		for _, m := range *p {
			list = append(list, mergedDocument(m))
		}
	case *[]client.Alias:
		for _, alias := range *p {
			list = append(list, aliasDocument(alias))
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

func decodeMerged(value bson.RawValue) (client.MergedClient, bool) {
	var stored mergedDocument
	if err := value.Unmarshal(&stored); err != nil {
		return client.MergedClient{}, false
	}
	stored.MergedDate = stored.MergedDate.UTC()
	return client.MergedClient(stored), true
}

func decodeAlias(value bson.RawValue) (client.Alias, bool) {
	var stored aliasDocument
	if err := value.Unmarshal(&stored); err != nil {
		return client.Alias{}, false
	}
	return client.Alias(stored), true
}

func isMerged(c *client.Client) bool { return c.Lifecycle == client.Merged }
