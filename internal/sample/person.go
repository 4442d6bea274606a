package sample

import (
	"math"
	"strconv"

	"clientgraph/internal/client"
)

// Values that do not depend on the language.
var (
	users      = []string{"JoeSchmo", "WebClient", "frontdesk", "m.keller", "import"}
	domains    = []string{"example.com", "example.com", "example.org", "example.net"}
	companies  = []string{" & Co.", " Studio", " Partners", " Logistics", " & Sons"}
	insurers   = []string{"Harbour Health", "Meadow Mutual", "Pinecrest Care"}
	vocabulary = []string{
		"Excellent", "VIP", "Regular", "Newcomer", "Late payer", "Mornings", "Evenings",
		"Step-free access", "Fête", "Öffentlicher Dienst", "Студент", "学生", "عائلة",
	}
	alerts = []string{
		"Allergic to nuts", "Allergic to latex", "Needs step-free access", "Two no-shows in a row",
		"Ask for identification", "Speak to the guardian only",
	}
)

func (g *generator) identity(c *client.Client, h *home) {
	sex := g.IntN(2)
	given := pick(g, h.givenNames[sex])
	family := h.family
	if g.percent(15) {
		family = pick(g, h.familyNames)
	}
	first, last := given.text, family.text
	if second := pick(g, h.givenNames[sex]); h.order == givenFirst && second != given && g.percent(15) {
		first += " " + second.text
	}
	if sex == female {
		last = family.feminine
	}
	c.FirstName, c.LastName = &first, &last
	switch h.order {
	case familyFirst:
		c.StoredFullName = new(last + " " + first)
	case familyFirstClosed:
		c.StoredFullName = new(last + first)
	}
	account := given.ascii + "." + family.ascii + strconv.Itoa(g.IntRange(1, 9999))
	c.EmailAddress = new(account + "@" + pick(g, domains))
	c.ExternalUserName = g.maybe(12, func() string { return account })
	if g.percent(70) {
		const year = 365
		c.DateOfBirth = new(client.DateOf(g.now.AddDate(0, 0, -g.IntRange(16*year, 90*year))))
	}
	c.Sex = g.maybe(40, func() string { return [...]string{female: "female", male: "male"}[sex] })
	c.CompanyName = g.maybe(10, func() string { return last + pick(g, companies) })
	c.SpouseName = g.maybe(5, func() string { return pick(g, h.givenNames[1-sex]).text })
	c.ReferredBy = g.maybe(8, func() string { return pick(g, h.givenNames[g.IntN(2)]).text })
	c.ImageURL = g.maybe(10, func() string { return g.Numerify("https://images.example.com/clients/########.jpg") })
}

func (g *generator) contact(c *client.Client, h *home) {
	phone := func() string { return g.fill(pick(g, h.phones)) }
	c.CellPhone = g.maybe(80, phone)
	c.HomePhone = g.maybe(30, func() string { return h.phone })
	c.BusinessPhone = g.maybe(10, phone)
	if g.percent(12) {
		c.EmergencyContact, c.EmergencyContactPhone = new(pick(g, h.givenNames[g.IntN(2)]).text), new(phone())
	}
	if g.percent(75) {
		c.Address1, c.City, c.Country = new(h.street), new(h.city.name), new(h.country)
		c.State = g.maybe(100, func() string { return h.city.state })
		c.Zip = g.maybe(100, func() string { return h.zip })
		if g.percent(50) {
			c.Latitude, c.Longitude = new(g.near(h.city.latitude)), new(g.near(h.city.longitude))
		}
	}
	c.Locale = g.maybe(90, func() string { return h.tag })
	c.TimeZoneID = g.maybe(85, func() string { return h.city.zone })
	// TEST-NET-2 and TEST-NET-3 of RFC 5737.
	c.IPAddress = g.maybe(15, func() string {
		return pick(g, []string{"198.51.100.", "203.0.113."}) + strconv.Itoa(g.IntRange(1, 254))
	})
}

// near returns a coordinate within some kilometres, with a precision of about a metre.
func (g *generator) near(degrees float64) float64 {
	return math.Round((degrees+g.Float64Range(-0.05, 0.05))*1e5) / 1e5
}

func (g *generator) remarks(c *client.Client, h *home) {
	c.Notes = g.maybe(35, func() string {
		text := pick(g, h.notes)
		if g.percent(30) {
			// The staff write English as well as the client's language.
			text += " " + g.Sentence()
		}
		return text
	})
	if g.percent(8) {
		c.AlertNotes = g.some(alerts, 2)
	}
	if g.percent(55) {
		c.Tags = g.some(vocabulary, 3)
	}
}

// some returns one to most of the texts, in order and without duplicates.
func (g *generator) some(texts []string, most int) []string {
	wanted := g.IntRange(1, most)
	chosen := make([]string, 0, wanted)
	for i, text := range texts {
		// Each remaining text is chosen with the same probability.
		if g.IntN(len(texts)-i) < wanted-len(chosen) {
			chosen = append(chosen, text)
		}
	}
	return chosen
}

// business sets the properties that the business maintains about the client.
func (g *generator) business(c *client.Client) {
	c.AllowWaitListText = g.flag(60)
	c.InvitationOptIn = g.flag(50)
	c.Enrollee = g.flag(10)
	if g.percent(3) {
		c.ExcludeEmailCategoryIDList = []int64{int64(g.IntRange(1, 4)), int64(g.IntRange(5, 9))}
	}
	if g.percent(5) {
		c.InsuranceCo = new(pick(g, insurers))
		c.InsuranceNo = new(g.fill("###-####-##"))
	}
	c.StripeCustomerID = g.maybe(6, func() string { return "cus_" + g.LetterN(14) })
	c.SquareCustomerID = g.maybe(3, func() string { return g.LetterN(26) })
	c.EnterpriseClientID = g.maybe(4, func() string { return g.fill("E-######") })
}

// flag returns true or false p times of a hundred, else nil.
func (g *generator) flag(p int) *bool {
	if !g.percent(p) {
		return nil
	}
	return new(g.Bool())
}
