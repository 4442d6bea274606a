package sample

import (
	"math/rand/v2"
	"time"

	"github.com/brianvoe/gofakeit/v7"

	"clientgraph/internal/client"
)

// Random streams derived from one seed, so that a further draw in one of them does not
// change the other.
const (
	streamClients = iota
	streamHouseholds
)

func chance(seed, stream uint64) *gofakeit.Faker {
	return gofakeit.NewFaker(rand.NewPCG(seed, stream), false)
}

// Generate generates n clients of a business, in many languages and scripts, as of now.
// The same arguments give the same clients, and a larger n adds clients at the end.
// ClientID is 0 for the store to assign, and no client has an account. Custom fields are
// those of Reference's definitions. Appointment ids are in a range of the seed (up to 16
// million of them, for seeds that differ modulo 2^29), so that several seeds can fill one
// business.
func Generate(seed uint64, businessID int64, n int, now time.Time) []*client.Client {
	g := &generator{
		Faker:      chance(seed, streamClients),
		businessID: businessID,
		now:        now.UTC().Truncate(time.Millisecond),
		people:     census(),
		// Below 2^53, which every JSON reader can represent.
		appointmentID: int64(seed%(1<<29)+1) << 24,
	}
	clients := make([]*client.Client, 0, n)
	for size := range householdSizes(seed) {
		home := g.home()
		for range size {
			if len(clients) == n {
				return clients
			}
			clients = append(clients, g.client(home))
		}
	}
	return clients
}

type generator struct {
	*gofakeit.Faker
	businessID    int64
	now           time.Time
	people        []*people
	appointmentID int64
}

// home has the values that people of a household share.
type home struct {
	*people
	family name
	city   city
	street string
	zip    string
	phone  string
}

func (g *generator) home() *home {
	p := pick(g, g.people)
	h := &home{people: p, family: pick(g, p.familyNames), city: pick(g, p.cities)}
	h.street = g.fill(pick(g, p.streets))
	h.zip = g.fill(h.city.zip)
	h.phone = g.fill(pick(g, p.phones))
	return h
}

func (g *generator) client(h *home) *client.Client {
	c := &client.Client{
		BusinessID: g.businessID,
		Version:    1,
		Lifecycle:  client.Live,
		Status:     client.StatusActive,
		Blocked:    g.percent(1),
	}
	if g.percent(3) {
		c.Lifecycle = client.Removed
	}
	if g.percent(2) {
		c.Status = client.StatusBlacklisted
	}
	g.stamp(c)
	g.identity(c, h)
	g.contact(c, h)
	g.remarks(c, h)
	g.business(c)
	g.fields(c, h)
	g.appointments(c)
	return c
}

// stamp sets when and by whom the client was written.
func (g *generator) stamp(c *client.Client) {
	const past = 5 * 365 * 24 * time.Hour
	created := g.between(g.now.Add(-past), g.now)
	c.CreatedDate, c.CreatedUser = &created, new(pick(g, users))
	if c.Deleted() || g.percent(40) {
		c.ModifiedDate, c.ModifiedUser = new(g.between(created, g.now)), new(pick(g, users))
	}
}

// percent returns true p times of a hundred.
func (g *generator) percent(p int) bool { return g.IntN(100) < p }

// between returns an instant from from to to, both included, in whole milliseconds.
func (g *generator) between(from, to time.Time) time.Time {
	span := int(to.Sub(from) / time.Millisecond)
	return from.Add(time.Duration(g.IntN(span+1)) * time.Millisecond)
}

// fill fills a pattern with digits: any for #, 2 to 9 for %.
func (g *generator) fill(pattern string) string {
	filled := []byte(pattern)
	for i, b := range filled {
		switch b {
		case '#':
			filled[i] = byte('0' + g.IntN(10)) //nolint:gosec // It is a digit.
		case '%':
			filled[i] = byte('2' + g.IntN(8)) //nolint:gosec // It is a digit.
		}
	}
	return string(filled)
}

func pick[T any](g *generator, from []T) T { return from[g.IntN(len(from))] }

// maybe returns the text p times of a hundred, else nil.
func (g *generator) maybe(p int, text func() string) *string {
	if !g.percent(p) {
		return nil
	}
	value := text()
	if value == "" {
		return nil
	}
	return &value
}
