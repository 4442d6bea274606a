package oracle_test

import (
	"maps"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"clientgraph/internal/oracle"
)

type values = oracle.Values

// pools are the few values that each property is drawn from, so that records
// meet: writes that change nothing, duplicates, values that conflict.
func pools() map[string][]any {
	return map[string][]any{
		"firstName":        {"Ann", " Ann\u200b", "Bo", "Zoë", "\u3164", nil},
		"lastName":         {"Bell", "Öst", "山田", nil},
		"fullName":         {"Annie B.", "\u2800Annie B.\u00a0", " ", nil},
		"emailAddress":     {"a@example.com", " A@Example.com ", "b@example.com", "c@example.org", "u@bücher.test", "U@xn--bcher-kva.test", nil},
		"externalUserName": {"ann", "bo", nil},
		"companyName":      {"Acme", "Bolt", nil},
		"cellPhone":        {"+1 212 555 0101", "(212) 555-0101", "212-555-0102", nil},
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
		"tags":       {"Red", " red ", "RED\u2060", "Blue", "Green"},
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

// sound are the pools without values that are refused whatever the record, and
// without properties that the role may not write: one of them refuses all.
func sound(role string) map[string][]any {
	all := pools()
	for _, name := range []string{"firstName", "lastName", "emailAddress", "status", "ssn"} {
		all[name] = slices.DeleteFunc(all[name], func(value any) bool {
			return value == "\u3164" || value == "***-**-6789" || (value == nil && name != "ssn")
		})
	}
	if role == oracle.Client {
		maps.DeleteFunc(all, func(name string, _ []any) bool {
			return !slices.Contains([]string{"firstName", "lastName", "fullName", "cellPhone", "city", "password"}, name)
		})
	}
	return all
}

// drawInput draws some properties, fields and edges.
func (r *run) drawInput(rt *rapid.T, who oracle.Caller, complete bool) values {
	input := values{}
	pools, lists := pools(), lists()
	isSound := rapid.IntRange(0, 3).Draw(rt, "sound") < 3
	if isSound {
		pools = sound(who.Role)
	}
	if isSound && who.Role == oracle.Client {
		lists = nil
	}
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
			if input[name] == nil || input[name] == "\u3164" {
				input[name] = rapid.SampledFrom(sound(oracle.Owner)[name]).Draw(rt, name)
			}
		}
	}
	if rapid.IntRange(0, 3).Draw(rt, "with fields") == 3 {
		if isSound {
			input["fields"] = r.drawSoundFields(rt, who, input)
		} else {
			input["fields"] = r.drawFields(rt)
		}
	}
	if rapid.IntRange(0, 2).Draw(rt, "with subjects") == 2 && (!isSound || who.Role != oracle.Client) {
		input["clientIdsClientCanView"] = r.drawIDs(rt)
	}
	if rapid.IntRange(0, 4).Draw(rt, "with viewers") == 4 {
		accounts := r.accounts()
		if isSound {
			accounts = append(accounts[1:], accounts[:1]...)
		}
		input["viewClientAccountIds"] = texts(rapid.SliceOfN(rapid.SampledFrom(accounts), 0, 2).Draw(rt, "viewers"))
	}
	return input
}

// drawSoundFields draws fields of their own, and of properties that the input
// does not name.
func (r *run) drawSoundFields(rt *rapid.T, who oracle.Caller, input values) []any {
	list := []any{}
	for _, id := range r.fields {
		name := r.model.Fields[id]
		pool := sound(who.Role)[name]
		if _, named := input[name]; named || (name == "" && who.Role == oracle.Client) || (name != "" && pool == nil) || !rapid.Bool().Draw(rt, "with field") {
			continue
		}
		if name == "" {
			pool = []any{"tea", "Coffee", nil}
		}
		value := rapid.SampledFrom(pool).Draw(rt, "value")
		list = append(list, values{"schedulerPreferenceFieldDefnId": strconv.FormatInt(id, 10), "value": value})
	}
	return list
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

// drawCaller draws who does the next thing, CLIENTs among them: half of it the
// owner, or little would ever be done.
func (r *run) drawCaller(rt *rapid.T) oracle.Caller {
	if rapid.Bool().Draw(rt, "the owner") {
		return r.callers()[0]
	}
	return rapid.SampledFrom(r.callers()).Draw(rt, "caller")
}

// drawBoss draws mostly the owner, who may do everything.
func (r *run) drawBoss(rt *rapid.T) oracle.Caller {
	if rarely(rt, "another caller") {
		return r.drawCaller(rt)
	}
	return r.callers()[0]
}

// rarely is true once in eight times.
func rarely(rt *rapid.T, what string) bool { return rapid.IntRange(0, 7).Draw(rt, what) == 7 }

// drawLive draws mostly a live client.
func (r *run) drawLive(rt *rapid.T) int64 {
	live := r.model.Shown(r.callers()[0])
	if len(live) == 0 || rarely(rt, "any id") {
		live = r.ids()
	}
	return rapid.SampledFrom(live).Draw(rt, "live client")
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

// drawTarget draws a client, for a CLIENT mostly itself, and at times the version
// that it is expected to have, right or not.
func (r *run) drawTarget(rt *rapid.T, who oracle.Caller) oracle.Target {
	t := oracle.Target{ID: r.drawLive(rt)}
	if rapid.IntRange(0, 3).Draw(rt, "of any") == 3 {
		t.ID = rapid.SampledFrom(r.ids()).Draw(rt, "client")
	}
	if own := r.model.Own(who); own != nil && !rarely(rt, "another one") {
		t.ID = own.ID
	}
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
		SentFor:    rapid.SampledFrom(r.ids()).Draw(rt, "client"),
		StaffID:    rapid.Int64Range(0, 2).Draw(rt, "staff"),
		Location:   rapid.Int64Range(0, 3).Draw(rt, "location"),
		Open:       rapid.Bool().Draw(rt, "open"),
		ModifiedAt: max(r.told-rapid.SampledFrom([]int64{0, 0, 0, 3}).Draw(rt, "late"), 1),
		Removed:    rapid.IntRange(0, 3).Draw(rt, "removed") == 3,
	}
	return rapid.Int64Range(1, 6).Draw(rt, "appointment"), news
}
