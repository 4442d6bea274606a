package mongostore_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/service/duplicates"
	"clientgraph/internal/store"
)

// spelling is a value as somebody typed it, with the one thing that it means;
// nothing when it means nothing.
type spelling struct{ text, means string }

// Each list holds several spellings of few things, so that clients meet.
func emails() []spelling {
	return []spelling{
		{"ada@example.com", "a"},
		{"ADA@Example.COM", "a"},
		{"  ada@example.com ", "a"},
		{"bob@example.com", "b"},
		{"u@bücher.test", "ü"},
		{"U@xn--bcher-kva.test", "ü"},
		{"Bob@example.com", "b"},
		{"cyd@example.com", "c"},
		{"dee@example.com", "d"},
		{"eve@example.com", "e"},
		{"", ""},
		{"fay@example.com", "f"},
		{"gus@example.com", "g"},
		{"hal@example.com", "h"},
	}
}

func phones() []spelling {
	return []spelling{
		{"(212) 555-0142", "1"},
		{"+1 212 555 0142", "1"},
		{"212.555.0142", "1"},
		{"212-555-0143", "2"},
		{"1-212-555-0143", "2"},
		{"212-555-0142 ext. 7", "1"},
		{"\u202a+1 (212) 555-0142\u202c;", "1"},
		{"+44 20 7946 0958", "3"},
		{"011 44 20 7946 0958", "3"},
		{"212-555-0144", "4"},
		{"212-555-0145", "5"},
		{"212-555-0146", "6"},
		// No whole number, no number, and what is typed for want of one.
		{"555-0142", ""},
		{"ask her sister", ""},
		{"000-000-0000", ""},
		{"+1 999 999 9999", ""},
		{"", ""},
		{"12", ""},
	}
}

func names() []spelling {
	return []spelling{
		{"Zoë Ødegård", "zoe"},
		{"zoe odegard", "zoe"},
		{"ZOE  ØDEGARD", "zoe"},
		{"Jean-Luc O'Hara", "luc"},
		{"Jean\u2011Luc O’Hara", "luc"},
		{"Ada Bell", "ada"},
		{"ada bell", "ada"},
		{"Bo Li", "bo"},
		{"Cy Roe", "cy"},
		{"", ""},
		{"王小明", "wang"},
	}
}

func users() []spelling {
	return []spelling{{"ada", "a"}, {" ada ", "a"}, {"Ada", "A"}, {"", ""}, {"  ", ""}, {"", ""}, {"", ""}, {"bob", "b"}, {"cyd", "c"}}
}

// twin is a client as the model knows it: what its values mean.
type twin struct {
	id                      int64
	email, name, born, user string
	phones                  []string
	deleted                 bool
}

// draw makes a client and what its values mean.
func draw(t *rapid.T, c *client.Client) *twin {
	text := func(label string, list []spelling) (*string, string) {
		s := rapid.SampledFrom(list).Draw(t, label)
		if s.text == "" {
			return nil, ""
		}
		return &s.text, s.means
	}
	m := &twin{id: c.ClientID}
	c.EmailAddress, m.email = text("email", emails())
	c.StoredFullName, m.name = text("name", names())
	c.ExternalUserName, m.user = text("user", users())
	for _, place := range []**string{&c.CellPhone, &c.HomePhone, &c.BusinessPhone} {
		var means string
		if *place, means = text("phone", phones()); means != "" {
			m.phones = append(m.phones, means)
		}
	}
	c.DateOfBirth = nil
	if day := rapid.IntRange(0, 3).Draw(t, "day"); day > 0 {
		c.DateOfBirth = &client.Date{Year: 1990, Month: time.May, Day: day}
		m.born = c.DateOfBirth.String()
	}
	return m
}

// identity is all that a dismissal was about.
func (m *twin) identity() string {
	numbers := slices.Clone(m.phones)
	slices.Sort(numbers)
	return fmt.Sprint(m.email, "/", m.name, "/", m.born, "/", m.user, "/", slices.Compact(numbers))
}

// dismissals are pairs with the identities that both had when they were
// dismissed.
type dismissals map[[2]*twin][2]string

func (d dismissals) hide(a, b *twin) bool {
	if a.id > b.id {
		a, b = b, a
	}
	then, known := d[[2]*twin{a, b}]
	return known && then == [2]string{a.identity(), b.identity()}
}

// compare is the evidence that two clients are one person, by looking at both.
func compare(a, b *twin) (reasons []store.DuplicateReason, score float64) {
	if a.deleted || b.deleted {
		return nil, 0
	}
	doubt, strong := 1.0, false
	add := func(reason store.DuplicateReason, weight float64, given bool) {
		if given {
			reasons = append(reasons, reason)
			doubt *= 1 - weight
		}
	}
	strong = a.name != "" && a.name == b.name && a.born != "" && a.born == b.born
	add(store.SameExternalUserName, .9, a.user != "" && a.user == b.user)
	add(store.SameNameAndBirthDate, .9, strong)
	add(store.SameEmail, .5, a.email != "" && a.email == b.email)
	add(store.SamePhone, .4, slices.ContainsFunc(a.phones, func(p string) bool { return slices.Contains(b.phones, p) }))
	if len(reasons) > 0 {
		add(store.SameName, .6, !strong && a.name != "" && a.name == b.name)
	}
	return reasons, math.Round((1-doubt)*1e4) / 1e4
}

// group is a group of duplicates, plainly.
type group struct {
	Clients []int64
	Pairs   []duplicates.DuplicatePair
}

// everyoneWithEveryone is what Duplicates answers, by brute force.
func everyoneWithEveryone(twins []*twin, dismissed dismissals) []group {
	var groups []group
	seen := map[int64]bool{}
	slices.SortFunc(twins, func(a, b *twin) int { return cmp.Compare(a.id, b.id) })
	for _, first := range twins {
		if seen[first.id] {
			continue
		}
		members := []*twin{first}
		seen[first.id] = true
		var g group
		for i := 0; i < len(members); i++ {
			for _, other := range twins {
				reasons, score := compare(members[i], other)
				if other == members[i] || reasons == nil || dismissed.hide(members[i], other) {
					continue
				}
				if members[i].id < other.id {
					g.Pairs = append(g.Pairs, duplicates.DuplicatePair{ClientIDs: []int64{members[i].id, other.id}, Score: score, Reasons: reasons})
				}
				if !seen[other.id] {
					seen[other.id] = true
					members = append(members, other)
				}
			}
		}
		if len(members) == 1 {
			continue
		}
		for _, m := range members {
			g.Clients = append(g.Clients, m.id)
		}
		slices.Sort(g.Clients)
		slices.SortFunc(g.Pairs, func(a, b duplicates.DuplicatePair) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), slices.Compare(a.ClientIDs, b.ClientIDs))
		})
		groups = append(groups, g)
	}
	return groups
}
