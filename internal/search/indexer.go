package search

import (
	"encoding/base64"
	"fmt"
	"sync"

	"golang.org/x/text/collate"

	"clientgraph/internal/client"
)

// SettingsOf returns the settings of the business that search and sort keys depend on.
func SettingsOf(b *client.Business) Settings {
	settings := Settings{PhoneRegion: b.PhoneRegion}
	if b.Locale != nil {
		settings.Locale = *b.Locale
	}
	return settings
}

// Indexer computes the values that are stored with a client so that it is found and
// sorted: sort keys, search keys, identity keys and phone spellings.
//
// The byte order of sort keys is the order of a language, by the Unicode Collation
// Algorithm (UTS #10) tailored to a locale, so that every database sorts alike, and no
// list is sorted in memory. An Indexer is safe for concurrent use.
type Indexer struct {
	collators sync.Pool
	// encoding encodes sort keys as text.
	encoding *base64.Encoding
	order    sortKeyOrder
	settings Settings
	// abroad are the digits that are dialled in the region before another country's code,
	// if they are not 00.
	abroad string
}

// Settings are the settings that search and sort keys depend on.
type Settings struct {
	// Locale is the BCP 47 tag of the order; empty for the root collation.
	Locale string
	// PhoneRegion is the ISO 3166 region in which numbers without a country code
	// are read.
	PhoneRegion string
}

// Name is different for different settings.
func (k Settings) Name() string { return k.PhoneRegion + " " + k.Locale }

// Settings returns the settings of the indexer.
func (k *Indexer) Settings() Settings { return k.settings }

// Indexer returns the indexer for the settings.
func (k Settings) Indexer() *Indexer {
	if k.Locale == "" {
		return NewIndexer(nil, k.PhoneRegion)
	}
	return NewIndexer(&k.Locale, k.PhoneRegion)
}

// maxIndexers bounds the cached indexers: more than the pairs of a locale and a phone
// region that a deployment's businesses are likely to use at once.
const maxIndexers = 256

// Indexers caches an Indexer for each Settings in recent use, because making one reads
// the whole collation table. Its zero value is ready to use, and it is safe for
// concurrent use.
type Indexers struct {
	mu   sync.Mutex
	kept map[Settings]*keptIndexer
	asks int64
}

type keptIndexer struct {
	indexer *Indexer
	// asked is the value of asks at the last use.
	asked int64
}

// Of returns the indexer for the settings. The least recently used one is evicted.
func (k *Indexers) Of(settings Settings) *Indexer {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asks++
	found, known := k.kept[settings]
	if !known {
		found = &keptIndexer{indexer: settings.Indexer()}
		k.makeRoom()
		k.kept[settings] = found
	}
	found.asked = k.asks
	return found.indexer
}

func (k *Indexers) makeRoom() {
	if k.kept == nil {
		k.kept = map[Settings]*keptIndexer{}
	}
	for len(k.kept) >= maxIndexers {
		var oldest Settings
		longest := k.asks
		for settings, kept := range k.kept {
			if kept.asked < longest {
				oldest, longest = settings, kept.asked
			}
		}
		delete(k.kept, oldest)
	}
}

// NewIndexer returns the indexer for a locale and a phone region; nil, or a locale that
// is not a BCP 47 tag, means the root collation.
func NewIndexer(locale *string, phoneRegion string) *Indexer {
	ordering, settings := ordering{}, Settings{PhoneRegion: phoneRegion}
	if locale != nil {
		ordering, settings.Locale = orderingOf(*locale), *locale
	}
	return &Indexer{
		collators: sync.Pool{New: func() any { return collate.New(ordering.table) }},
		encoding:  base64.NewEncoding(keyAlphabet).WithPadding(base64.NoPadding),
		order:     newSortKeyOrder(ordering),
		settings:  settings,
		abroad:    dialledAbroad(phoneRegion),
	}
}

// keyAlphabet is in ASCII order, so that encoded keys compare like their bytes. The
// separator sorts before all of it, so that a name comes before longer names that begin
// with it.
const (
	keyAlphabet  = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
	keySeparator = "!"
)

// SortKey returns the sort key of a client with that name or address. It ends with the
// client's id, so that it is unique.
func (k *Indexer) SortKey(text *string, clientID int64) string {
	var collated []byte
	if text != nil {
		collator := k.collators.Get().(*collate.Collator)
		defer k.collators.Put(collator)
		var buffer collate.Buffer
		collated = k.order.Apply(collator.KeyFromString(&buffer, *text))
	}
	return k.encoding.EncodeToString(collated) + keySeparator + fmt.Sprintf("%016x", clientID)
}

// Prepare computes the values that the store needs besides a client's own: its keys, and
// its number of open appointments.
func (k *Indexer) Prepare(c *client.Client) {
	k.PrepareIndex(c)
	c.ActiveAppointmentCount = 0
	for _, a := range c.Appointments {
		if a.Status == client.AppointmentOpen {
			c.ActiveAppointmentCount++
		}
	}
}

// PrepareIndex computes the part of Prepare that depends on the settings and on
// RulesVersion: sort keys, and the keys that find the client.
func (k *Indexer) PrepareIndex(c *client.Client) {
	c.NameSortKey, c.EmailSortKey, c.IdentityKeys = "", "", nil
	c.EmailsLower, c.ExternalUserNames, c.AccountIDs, c.IndexKeys, c.PhoneSpellings = nil, nil, nil, nil, nil
	c.KeyedBy = k.settings.Name()
	if c.Lifecycle == client.Merged {
		// A client without keys can't be found.
		return
	}
	c.NameSortKey = k.SortKey(c.FullName(), c.ClientID)
	c.EmailSortKey = k.SortKey(c.EmailAddress, c.ClientID)
	c.EmailsLower = EmailsLower(c)
	c.ExternalUserNames = externalUserNames(c)
	c.AccountIDs = accountIDs(c)
	phones := k.readPhones(c)
	c.IdentityKeys = identityKeys(c, phones)
	for _, phone := range phones {
		c.PhoneSpellings = append(c.PhoneSpellings, k.phoneSpellings(phone)...)
	}
	c.PhoneSpellings = withoutParts(c.PhoneSpellings)
	c.IndexKeys = indexKeys(c)
}
