package search

import (
	"encoding/base64"
	"fmt"
	"sync"

	"golang.org/x/text/collate"

	"clientgraph/internal/client"
)

// KeyingOf is what the business's clients are keyed by.
func KeyingOf(b *client.Business) Keying {
	keying := Keying{PhoneRegion: b.PhoneRegion}
	if b.Locale != nil {
		keying.Locale = *b.Locale
	}
	return keying
}

// Keyer turns names into keys whose byte order is the order of a language, so
// that every database sorts alike and no list is sorted in memory. The order is
// the Unicode Collation Algorithm's (UTS #10), tailored to a locale. A Keyer is
// safe for concurrent use.
//
// It also brings e-mail addresses and phone numbers into the one form in which
// two records of a person can be told to share them.
type Keyer struct {
	collators sync.Pool
	order     keyOrder
	keying    Keying
	// abroad are the digits that are dialled in the region before another country's
	// code, where they are not 00.
	abroad string
}

// Keying is what a client's keys depend on beside the client.
type Keying struct {
	// Locale is the BCP 47 tag of the order; empty for the root collation.
	Locale string
	// PhoneRegion is the ISO 3166 region in which numbers without a country code
	// are read.
	PhoneRegion string
}

// Keyer makes keys by a keying.
func (k Keying) Keyer() *Keyer {
	if k.Locale == "" {
		return NewKeyer(nil, k.PhoneRegion)
	}
	return NewKeyer(&k.Locale, k.PhoneRegion)
}

// maxKeyers bounds the keyers of a Keyers: more than the pairs of a locale and a
// phone region that businesses of one deployment are likely to have at work at once.
const maxKeyers = 256

// Keyers keeps a Keyer for each keying that was asked for of late: making one reads
// the whole collation table. Its zero value is ready, and it is safe for concurrent
// use.
type Keyers struct {
	mu   sync.Mutex
	kept map[Keying]*keptKeyer
	asks int64
}

type keptKeyer struct {
	keyer *Keyer
	// asked is when it was last asked for, counted in asks.
	asked int64
}

// Of is the keyer of a keying. The one that nobody has asked for for longest makes
// room.
func (k *Keyers) Of(keying Keying) *Keyer {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asks++
	found, known := k.kept[keying]
	if !known {
		found = &keptKeyer{keyer: keying.Keyer()}
		k.makeRoom()
		k.kept[keying] = found
	}
	found.asked = k.asks
	return found.keyer
}

func (k *Keyers) makeRoom() {
	if k.kept == nil {
		k.kept = map[Keying]*keptKeyer{}
	}
	for len(k.kept) >= maxKeyers {
		var oldest Keying
		longest := k.asks
		for keying, kept := range k.kept {
			if kept.asked < longest {
				oldest, longest = keying, kept.asked
			}
		}
		delete(k.kept, oldest)
	}
}

// NewKeyer returns the keyer of a locale and a phone region; nil, or a locale
// that is no BCP 47 tag, is the root collation.
func NewKeyer(locale *string, phoneRegion string) *Keyer {
	ordering, keying := ordering{}, Keying{PhoneRegion: phoneRegion}
	if locale != nil {
		ordering, keying.Locale = orderingOf(*locale), *locale
	}
	return &Keyer{
		collators: sync.Pool{New: func() any { return collate.New(ordering.table) }},
		order:     newKeyOrder(ordering),
		keying:    keying,
		abroad:    dialledAbroad(phoneRegion),
	}
}

// keyAlphabet is in ASCII order, so that encoded keys compare as their bytes
// do; the separator sorts before all of it, so that a name comes before the
// names that it begins.
const (
	keyAlphabet  = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
	keySeparator = "!"
)

// Key is the place of a client of that name or address in its order. No two
// clients share one: ties go by id.
func (k *Keyer) Key(text *string, clientID int64) string {
	var collated []byte
	if text != nil {
		collator := k.collators.Get().(*collate.Collator)
		defer k.collators.Put(collator)
		var buffer collate.Buffer
		collated = k.order.Apply(collator.KeyFromString(&buffer, *text))
	}
	encoding := base64.NewEncoding(keyAlphabet).WithPadding(base64.NoPadding)
	return encoding.EncodeToString(collated) + keySeparator + fmt.Sprintf("%016x", clientID)
}

// Prepare computes what the store keeps beside a client's own values: what it is
// found and ordered by, and its count of open appointments.
func (k *Keyer) Prepare(c *client.Client) {
	k.PrepareKeyed(c)
	c.ActiveAppointmentCount = 0
	for _, a := range c.Appointments {
		if a.Status == client.AppointmentOpen {
			c.ActiveAppointmentCount++
		}
	}
}

// PrepareKeyed computes what of that depends on the keying: places in orders, and
// all that the client is found by.
func (k *Keyer) PrepareKeyed(c *client.Client) {
	c.NameKey, c.EmailKey, c.IdentityKeys = "", "", nil
	c.EmailsLower, c.ExternalUserNames, c.AccountIDs, c.Keys, c.PhoneSpellings = nil, nil, nil, nil, nil
	if c.Lifecycle == client.Merged {
		// Whoever has no keys is found by none.
		return
	}
	c.NameKey = k.Key(c.FullName(), c.ClientID)
	c.EmailKey = k.Key(c.EmailAddress, c.ClientID)
	c.EmailsLower = EmailsLower(c)
	c.ExternalUserNames = externalUserNames(c)
	c.AccountIDs = accountIDs(c)
	c.IdentityKeys = k.identityKeys(c)
	for _, phone := range phones(c) {
		c.PhoneSpellings = append(c.PhoneSpellings, k.phoneSpellings(phone)...)
	}
	c.PhoneSpellings = withoutParts(c.PhoneSpellings)
	c.Keys = indexKeys(c)
}
