package e2e_test

import (
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// documents are those of a collection that match, in the order of a key.
func documents(t *testing.T, api *apitest.API, collection, order string, query bson.D) []bson.M {
	t.Helper()
	numberChanges(t, api)
	cursor, err := api.Mongo.Collection(collection).Find(t.Context(), query,
		options.Find().SetSort(bson.D{{Key: order, Value: 1}}).SetProjection(bson.D{{Key: "_id", Value: 0}}))
	if err != nil {
		t.Fatal(err)
	}
	var found []bson.M
	if err := cursor.All(t.Context(), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// trail is what a client's history and feed tell of the versions above one, less
// the times and the request ids, which must be there.
func trail(t *testing.T, api *apitest.API, id string, above int64, since time.Time) (history, feed []bson.M) {
	t.Helper()
	query := bson.D{{Key: "clientId", Value: number(t, id)}, {Key: "version", Value: bson.D{{Key: "$gt", Value: above}}}}
	history = documents(t, api, "clientHistory", "version", query)
	feed = documents(t, api, "changes", "sequence", query)
	for _, row := range append(slices.Clone(history), feed...) {
		at, ok := row["at"].(bson.DateTime)
		if !ok || at.Time().Before(since.Truncate(time.Millisecond)) || at.Time().After(time.Now()) {
			t.Errorf("written at %v", row["at"])
		}
		if row["businessId"] != int64(sample.BusinessID) || row["clientId"] != number(t, id) {
			t.Errorf("the row is of %v, %v", row["businessId"], row["clientId"])
		}
		for _, name := range []string{"at", "businessId", "clientId", "change", "sequence"} {
			delete(row, name)
		}
	}
	for _, row := range history {
		if request, _ := row["requestId"].(string); request == "" {
			t.Error("a row of the history names no request")
		}
		delete(row, "requestId")
	}
	return history, feed
}

func change(path string, before, after any) bson.D {
	d := bson.D{{Key: "path", Value: path}}
	if before != nil {
		d = append(d, bson.E{Key: "before", Value: before})
	}
	if after != nil {
		d = append(d, bson.E{Key: "after", Value: after})
	}
	return d
}

// entry is a row of the history, and feedRow one of the feed.
func entry(version int64, user, role, operation string, changes ...any) bson.M {
	return bson.M{"version": version, "user": user, "role": role, "operation": operation, "changes": bson.A(changes)}
}

func feedRow(version int64, kind string, before, after bson.A, paths ...any) bson.M {
	row := bson.M{"version": version, "kind": kind, "changedPaths": append(bson.A{}, paths...), "visibilityAfter": after}
	if before != nil {
		row["visibilityBefore"] = before
	}
	return row
}

// TestEveryWriteLeavesItsTrail reads the history and the feed as they are stored.
func TestEveryWriteLeavesItsTrail(t *testing.T) {
	api := reference(t)
	since := time.Now()
	id := create(t, api, staff(), person(values{"city": "Here", "blocked": true, "password": "correct horse", "ssn": "123456789", "clientIdsClientCanView": []any{"4658091"}}))
	login := document(t, api, "clients", bson.D{{Key: "_id", Value: number(t, id)}})["clientAccountId"]
	created := document(t, api, "clients", bson.D{{Key: "_id", Value: number(t, id)}})["createdDate"]
	patch(t, api, owner(), id, values{
		"city": "There", "tags": []any{"Red"}, "password": "battery staple", "ssn": nil, "dateOfBirth": "1993-02-02", "state": "NY",
		"fields": []any{field("322530", 5), field("322516", "Eve")}, "firstName": "Eve", "lastName": "Bell", "viewClientAccountIds": []any{"1151044"},
	})
	patch(t, api, owner(), id, values{"city": nil, "tags": nil, "fields": []any{field("322530", nil)}, "clientIdsClientCanView": nil, "blocked": false})
	payload(t, api, namesake(), deleteMutation, values{"id": id})
	payload(t, api, owner(), restoreMutation, values{"id": id})

	birth := bson.NewDateTimeFromTime(time.Date(1993, 2, 2, 0, 0, 0, 0, time.UTC))
	mine := bson.A{"user:stella"}
	subject, viewer := "clientIdsClientCanView.4658091", "viewByClients.4761823"
	history, feed := trail(t, api, id, 0, since)
	wantHistory := []bson.M{
		entry(1, "stella", "STAFF", "CREATE",
			change("clientAccountId", nil, login), change("createdDate", nil, created), change("createdUser", nil, "stella"), change("sanitized", nil, false), change("status", nil, "ACTIVE"), change("blocked", nil, true),
			change("firstName", nil, "Ada"), change("lastName", nil, "Bell"), change("emailAddress", nil, "ada@example.com"), change("city", nil, "Here"),
			change(subject, nil, int64(4658091)), change("ssn", nil, nil), change("password", nil, nil)),
		entry(2, "owner", "OWNER", "PATCH",
			change("firstName", "Ada", "Eve"), change("dateOfBirth", nil, birth), change("city", "Here", "There"), change("state", nil, "NY"),
			change("tags", nil, bson.A{"Red"}), change("fields.322530", nil, 5.0), change("ssn", nil, nil), change("password", nil, nil),
			change(viewer, nil, int64(4761823))),
		entry(3, "owner", "OWNER", "PATCH",
			change("blocked", true, false), change("city", "There", nil), change("tags", bson.A{"Red"}, nil), change("fields.322530", 5.0, nil),
			change(subject, int64(4658091), nil)),
		entry(4, "stella", "LOCATION_SUPER_USER", "DELETE", change("deleted", false, true)),
		entry(5, "owner", "OWNER", "RESTORE", change("deleted", true, false)),
	}
	if diff := gocmp.Diff(wantHistory, withoutNulls(history)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	gained := feedRow(1, "UPSERTED", nil, mine, "clientAccountId", "createdDate", "createdUser", "sanitized", "status", "blocked", "firstName", "lastName", "emailAddress", "city", subject, "ssn", "password")
	gained["subjectsGained"] = bson.A{int64(4658091)}
	lost := feedRow(3, "UPSERTED", mine, mine, "blocked", "city", "tags", "fields.322530", subject)
	lost["subjectsLost"] = bson.A{int64(4658091)}
	wantFeed := []bson.M{
		gained,
		feedRow(2, "UPSERTED", mine, mine, "firstName", "dateOfBirth", "city", "state", "tags", "fields.322530", "ssn", "password", viewer),
		lost,
		feedRow(4, "DELETED", mine, mine, "deleted"),
		feedRow(5, "RESTORED", mine, mine, "deleted"),
	}
	if diff := gocmp.Diff(wantFeed, feed); diff != "" {
		t.Errorf("feed (-want +got):\n%s", diff)
	}

	// The neighbours tell of the same edges, from their side.
	seenBy, sees := "viewByClients."+id, "clientIdsClientCanView."+id
	history, feed = trail(t, api, "4658091", 1, since)
	johnny := bson.A{"user:JoeSchmo", "staff:501", "location:11", "staff:502"}
	if diff := gocmp.Diff([]bson.M{
		entry(2, "stella", "STAFF", "CREATE", change(seenBy, nil, number(t, id))), entry(3, "owner", "OWNER", "PATCH", change(seenBy, number(t, id), nil)),
	}, withoutNulls(history)); diff != "" {
		t.Errorf("the subject's history (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff([]bson.M{feedRow(2, "UPSERTED", johnny, johnny, seenBy), feedRow(3, "UPSERTED", johnny, johnny, seenBy)}, feed); diff != "" {
		t.Errorf("the subject's feed (-want +got):\n%s", diff)
	}
	history, feed = trail(t, api, "4761823", 1, since)
	jane := bson.A{"user:JoeSchmo", "staff:501", "location:11"}
	if diff := gocmp.Diff([]bson.M{entry(2, "owner", "OWNER", "PATCH", change(sees, nil, number(t, id)))}, withoutNulls(history)); diff != "" {
		t.Errorf("the viewer's history (-want +got):\n%s", diff)
	}
	gained = feedRow(2, "UPSERTED", jane, jane, sees)
	gained["subjectsGained"] = bson.A{number(t, id)}
	if diff := gocmp.Diff([]bson.M{gained}, feed); diff != "" {
		t.Errorf("the viewer's feed (-want +got):\n%s", diff)
	}
}

// namesake is a location super-user of the name of a member of staff.
func namesake() client.Identity {
	who := superUser()
	who.User = "stella"
	return who
}

// withoutNulls takes an empty list for none, as the API does.
func withoutNulls(history []bson.M) []bson.M {
	for _, row := range history {
		for i, entry := range row["changes"].(bson.A) {
			row["changes"].(bson.A)[i] = slices.DeleteFunc(entry.(bson.D), func(e bson.E) bool { return e.Value == nil })
		}
	}
	return history
}

// TestFeedHasNoGaps: the rows of a business are numbered from 1 without a gap,
// whatever was refused or changed nothing meanwhile, and beside another business.
func TestFeedHasNoGaps(t *testing.T) {
	api := twoBusinesses(t)
	for range 3 {
		id := create(t, api, owner(), person(values{"clientIdsClientCanView": []any{"4658091", "4922146"}}))
		api.MustDo(t, owner(), createMutation, values{"input": values{}})
		api.MustDo(t, owner(), createMutation, values{"input": person(values{"clientIdsClientCanView": []any{"1"}})})
		api.MustDo(t, owner(), patchMutation, values{"id": id, "patch": values{"city": "Here"}, "version": 9})
		patch(t, api, owner(), id, values{"firstName": "Ada"})
		patch(t, api, owner(), id, values{"firstName": "Eve"})
		patch(t, api, apitest.Owner(otherBusiness), "800001", values{"city": "Here " + id})
		payload(t, api, owner(), deleteMutation, values{"id": id})
		payload(t, api, owner(), deleteMutation, values{"id": id})
	}
	// Eight and two were imported; each turn writes three and two rows, and one.
	for business, want := range map[int64]int64{sample.BusinessID: 8 + 3*5, otherBusiness: 2 + 3} {
		rows := documents(t, api, "changes", "sequence", bson.D{{Key: "businessId", Value: business}})
		for i, row := range rows {
			if row["sequence"] != int64(i+1) {
				t.Errorf("business %d: row %d has the number %v", business, i+1, row["sequence"])
			}
		}
		if int64(len(rows)) != want {
			t.Errorf("business %d has %d rows, want %d", business, len(rows), want)
		}
	}
	// A row of the history for each row of the feed.
	for _, row := range documents(t, api, "changes", "sequence", bson.D{}) {
		query := bson.D{{Key: "businessId", Value: row["businessId"]}, {Key: "clientId", Value: row["clientId"]}, {Key: "version", Value: row["version"]}}
		if found := documents(t, api, "clientHistory", "version", query); len(found) != 1 {
			t.Errorf("version %v of %v has %d rows of history", row["version"], row["clientId"], len(found))
		}
	}
}

// The id by which a caller finds a request in the log is the history's too.
func TestHistoryNamesTheRequest(t *testing.T) {
	api := reference(t)
	e := exchange{
		method: "POST", header: map[string]string{"X-Request-Id": "own-id_7.a"},
		body: `{"query":"mutation { patchClient(clientId: 4658091, patch: {city: \"Here\"}) { client { version } } }"}`,
	}
	e.send(t, api)
	e.header["X-Request-Id"] = "not an id\u00e9"
	e.body = `{"query":"mutation { deleteClient(clientId: 4658091) { client { version } } }"}`
	response, _ := e.send(t, api)
	rows := documents(t, api, "clientHistory", "version", bson.D{{Key: "clientId", Value: 4658091}, {Key: "version", Value: bson.D{{Key: "$gt", Value: 1}}}})
	if len(rows) != 2 || rows[0]["requestId"] != "own-id_7.a" || rows[1]["requestId"] != response.Header.Get("X-Request-Id") {
		t.Errorf("got %v", rows)
	}
}
