package oracle_test

import (
	"maps"
	"slices"
	"strconv"

	"clientgraph/internal/oracle"

	"pgregory.net/rapid"
)

type values = oracle.Values

// pools are the few values that each property is drawn from, so that records
// meet: writes that change nothing, duplicates, values that conflict.
func pools() map[string][]any {
	return map[string][]any{
		"firstName":        {"Ann", "Bo", "Zoë", " ", nil},
		"lastName":         {"Bell", "Öst", "山田", nil},
		"fullName":         {"Annie B.", " ", nil},
		"emailAddress":     {"a@example.com", " A@Example.com ", "b@example.com", "c@example.org", nil},
		"externalUserName": {"ann", "bo", nil},
		"companyName":      {"Acme", "Bolt", nil},
		"cellPhone":        {"+1 212 555 0101", "212-555-0102", nil},
		"city":             {"Oslo", "Rome", nil},
		"notes":            {"likes tea", "late\nagain", nil},
		"status":           {"ACTIVE", "BLACKLISTED", nil},
		"blocked":          {true, false, nil},
		"invitationOptIn":  {true, false, nil},
		"stripeCustomerId": {"cus_1", "cus_2", nil},
		"password":         {"correct horse", nil},
		"ssn":              {"123-45-6789", "123456789", "078-05-1120", "***-**-6789", nil},
	}
}

// lists are what lists are drawn from.
func lists() map[string][]any {
	return map[string][]any{
		"tags":       {"Red", " red ", "RED", "Blue", "Green"},
		"alertNotes": {"call first", "allergic", "call first"},

		"excludeEmailCategoryIdList": {"1", "2", "3"},
		"requisitionIdsSent":         {"r1", "r2", "r3"},
	}
}

func drawList(rt *rapid.T, name string) any {
	if rapid.IntRange(0, 5).Draw(rt, name+" is null") == 1 {
		return nil
	}
	return rapid.SliceOfN(rapid.SampledFrom(lists()[name]), 0, 3).Draw(rt, name)
}

// drawInput draws some properties, fields and edges.
func (r *run) drawInput(rt *rapid.T, complete bool) values {
	input := values{}
	pools, lists := pools(), lists()
	for _, name := range slices.Sorted(maps.Keys(pools)) {
		likely := 3
		if name == "password" || name == "ssn" {
			likely = 12
		}
		if rapid.IntRange(0, likely).Draw(rt, "with "+name) == likely {
			input[name] = rapid.SampledFrom(pools[name]).Draw(rt, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		if rapid.IntRange(0, 3).Draw(rt, "with "+name) == 3 {
			input[name] = drawList(rt, name)
		}
	}
	if complete {
		for _, name := range []string{"firstName", "lastName", "emailAddress"} {
			if input[name] == nil || input[name] == " " {
				input[name] = pools[name][rapid.IntRange(0, 1).Draw(rt, name)]
			}
		}
	}
	if rapid.IntRange(0, 3).Draw(rt, "with fields") == 3 {
		input["fields"] = r.drawFields(rt)
	}
	if rapid.IntRange(0, 4).Draw(rt, "with subjects") == 4 {
		input["clientIdsClientCanView"] = texts(rapid.SliceOfN(rapid.SampledFrom(r.ids()), 0, 3).Draw(rt, "subjects"))
	}
	if rapid.IntRange(0, 4).Draw(rt, "with viewers") == 4 {
		input["viewClientAccountIds"] = texts(rapid.SliceOfN(rapid.SampledFrom(r.accounts()), 0, 2).Draw(rt, "viewers"))
	}
	return input
}

func (r *run) drawFields(rt *rapid.T) []any {
	var list []any
	for range rapid.IntRange(0, 3).Draw(rt, "fields") {
		id := rapid.SampledFrom(append(r.fields[:len(r.fields):len(r.fields)], 1)).Draw(rt, "field")
		value := any(nil)
		switch {
		case rapid.IntRange(0, 4).Draw(rt, "cleared") == 4:
		case r.model.Fields[id] != "":
			value = rapid.SampledFrom(pools()[r.model.Fields[id]]).Draw(rt, "value")
		default:
			value = rapid.SampledFrom([]any{"tea", "Coffee"}).Draw(rt, "value")
		}
		list = append(list, values{"schedulerPreferenceFieldDefnId": strconv.FormatInt(id, 10), "value": value})
	}
	if list == nil {
		return []any{}
	}
	return list
}

func texts(ids []int64) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = strconv.FormatInt(id, 10)
	}
	return list
}

// ids are all clients there ever were, erased ones too, and nobody.
func (r *run) ids() []int64 {
	all := append(r.model.IDs(), slices.Collect(maps.Keys(r.model.Erased))...)
	slices.Sort(all)
	return append(all, 999_999_999)
}

// accounts are all logins there ever were, and none.
func (r *run) accounts() []int64 {
	all := []int64{999_999_999}
	for _, id := range r.model.IDs() {
		if account := r.model.People[id].Account; account != 0 {
			all = append(all, account)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.model.Erased)) {
		if account := r.model.Erased[id]; account != 0 {
			all = append(all, account)
		}
	}
	return all
}

// drawCaller draws who does the next thing, CLIENTs among them.
func (r *run) drawCaller(rt *rapid.T) oracle.Caller {
	return rapid.SampledFrom(r.callers()).Draw(rt, "caller")
}

func (r *run) callers() []oracle.Caller {
	all := []oracle.Caller{
		{User: "olga", Role: oracle.Owner, Permissions: []string{"write", "delete", "merge", "export", "pii", "admin"}},
		{User: "adam", Role: oracle.Admin, Permissions: []string{"write", "merge"}},
		{User: "lou", Role: oracle.LocationSuperUser, Permissions: []string{"write", "delete", "export"}, LocationIDs: []int64{1, 2}},
		{User: "stella", Role: oracle.Staff, Permissions: []string{"write"}, StaffID: 1},
		{User: "sven", Role: oracle.Staff, Permissions: []string{"write"}, StaffID: 2},
		{User: "reader", Role: oracle.Owner},
	}
	for _, account := range r.accounts()[1:] {
		all = append(all, oracle.Caller{User: "web", Role: oracle.Client, Permissions: []string{"write"}, AccountID: account})
	}
	return all
}

// drawTarget draws a client, and at times the version that it is expected to
// have, right or not.
func (r *run) drawTarget(rt *rapid.T) oracle.Target {
	t := oracle.Target{ID: rapid.SampledFrom(r.ids()).Draw(rt, "client")}
	if rapid.IntRange(0, 3).Draw(rt, "with version") == 3 {
		t.Expected = new(r.version(t.ID) - rapid.Int64Range(0, 1).Draw(rt, "versions ago"))
	}
	return t
}

// version is the one that a client has; 1 for nobody.
func (r *run) version(id int64) int64 {
	if p := r.model.People[id]; p != nil {
		return p.Version
	}
	return 1
}

func (r *run) drawNews(rt *rapid.T) (int64, oracle.Appointment) {
	r.told++
	news := oracle.Appointment{
		SentFor:  rapid.SampledFrom(r.ids()).Draw(rt, "client"),
		StaffID:  rapid.Int64Range(0, 2).Draw(rt, "staff"),
		Location: rapid.Int64Range(0, 3).Draw(rt, "location"),
		Open:     rapid.Bool().Draw(rt, "open"),
		Told:     max(r.told-rapid.SampledFrom([]int64{0, 0, 0, 3}).Draw(rt, "late"), 1),
		Removed:  rapid.IntRange(0, 3).Draw(rt, "removed") == 3,
	}
	return rapid.Int64Range(1, 6).Draw(rt, "appointment"), news
}
