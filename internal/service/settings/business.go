package settings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// Names of a business's properties in inputs.
const (
	inputName        = "name"
	inputTimeZone    = "timeZone"
	inputLocale      = "locale"
	inputPhoneRegion = "phoneRegion"
)

// UpdateBusiness changes the properties of the caller's business that the input names.
// After a new locale or phone region the business must be rekeyed: it is marked, and
// Rekey computes the keys of its clients. Errors: FORBIDDEN, EMPTY_PATCH, INVALID_TYPE,
// INVALID_CHARACTERS, TOO_LONG, REQUIRED, INVALID_TIME_ZONE, INVALID_LOCALE,
// INVALID_PHONE_REGION.
func (s *Settings) UpdateBusiness(ctx context.Context, scope client.Scope, input client.Values) (*client.Business, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return nil, err
	}
	if len(input) == 0 {
		return nil, client.Path{"input"}.At(&client.Error{Code: client.CodeEmptyPatch, Message: "name at least one property to change"})
	}
	var current *client.Business
	err := s.Write(ctx, scope, writing.Plain(&current), func(ctx context.Context, tx store.Tx) error {
		before, err := tx.Business(ctx)
		if err != nil {
			return err
		}
		after := *before
		if errs := readBusiness(input, &after); errs != nil {
			return errs
		}
		current = &after
		if *before == after {
			return nil
		}
		if search.SettingsOf(before) != search.SettingsOf(&after) {
			after.RekeyedTo = new(int64(0))
			if err := tx.Rekeyed(ctx, search.SettingsOf(&after)); err != nil {
				return err
			}
		}
		return tx.SaveBusiness(ctx, &after)
	})
	if err != nil {
		return nil, err
	}
	if current.RekeyedTo != nil {
		select {
		case s.rekeyRequests <- struct{}{}:
		default: // default: // A request is waiting already.
		}
	}
	return current, nil
}

// readBusiness applies an input to a business: null sets a value to its default. A value that
// the business has already is not checked.
func readBusiness(input client.Values, business *client.Business) client.Errors {
	r := &writing.EntryReader{Values: input, Where: client.Path{"input"}}
	fallback := client.DefaultBusiness(business.BusinessID)
	if _, named := input[inputName]; named && !client.IsHeld(input[inputName], client.Deref(business.Name)) {
		if business.Name = r.Text(inputName, input[inputName] != nil); business.Name != nil {
			business.Name = new(client.Trimmed(*business.Name))
		}
	}
	if zone, named := r.Ruled(inputTimeZone, &business.TimeZoneID, client.TimeZoneRule); zone != nil {
		business.TimeZoneID = *zone
	} else if named {
		business.TimeZoneID = fallback.TimeZoneID
	}
	if locale, named := r.Ruled(inputLocale, business.Locale, orderRule); named {
		business.Locale = locale
	}
	if region, named := r.Ruled(inputPhoneRegion, &business.PhoneRegion, phoneRegionRule); region != nil {
		business.PhoneRegion = *region
	} else if named {
		business.PhoneRegion = fallback.PhoneRegion
	}
	return r.Errors
}

// orderRule accepts the BCP 47 tag of a locale that names can be ordered by.
func orderRule(value any) (any, *client.Error) {
	locale, err := client.LocaleRule(value)
	if err == nil && !search.IsOrdered(language.Make(locale.(string))) {
		return nil, &client.Error{Code: client.CodeInvalidLocale, Message: "names can't be ordered as CLDR says for this locale: choose another locale, or null for the order of no particular language"}
	}
	return locale, err
}

// phoneRegionRule accepts the code of a country with a numbering plan.
func phoneRegionRule(value any) (any, *client.Error) {
	region := strings.ToUpper(strings.TrimSpace(value.(string)))
	if !phonenumbers.GetSupportedRegions()[region] {
		return nil, &client.Error{Code: client.CodeInvalidPhoneRegion, Message: "want the ISO 3166 code of a country, such as US"}
	}
	return region, nil
}

// RekeyRequests receives a value after UpdateBusiness of this process has marked a business,
// so that Rekey must run.
func (s *Settings) RekeyRequests() <-chan struct{} { return s.rekeyRequests }

// rekeyBatch is the number of clients that one transaction rekeys.
const rekeyBatch = 100

// Rekey computes the index and sort keys of all clients of the businesses that are marked or
// whose keys were computed by an earlier RulesVersion, and then removes the marks. After an
// error, or the end of a process, it continues where it stopped. Several processes may run
// it at the same time. Until a client has its new keys, it is found and sorted by the old
// ones.
func (s *Settings) Rekey(ctx context.Context) error {
	if err := s.markOutdated(ctx); err != nil {
		return err
	}
	businesses, err := s.Store.RekeyingBusinesses(ctx)
	if err != nil {
		return fmt.Errorf("find the businesses to rekey: %w", err)
	}
	var failures []error
	for _, id := range businesses {
		for more := true; more; {
			if more, err = s.rekeyBatch(ctx, id); err != nil {
				failures = append(failures, fmt.Errorf("rekey business %d: %w", id, err))
				break
			}
		}
	}
	return errors.Join(failures...)
}

// rekeyBatch rekeys the next clients of a business. It returns whether there may be more.
func (s *Settings) rekeyBatch(ctx context.Context, businessID int64) (more bool, err error) {
	scope := client.Scope{BusinessID: businessID, Rows: client.Rows{All: true}}
	err = s.Store.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
		more = false
		business, err := tx.Business(ctx)
		if err != nil || business.RekeyedTo == nil {
			return err
		}
		state, err := tx.RekeyState(ctx)
		if err != nil || state.Newest() > search.RulesVersion {
			// A newer version of the program has later rules, which this one does not
			// have.
			return err
		}
		clients, err := tx.ClientsAfter(ctx, *business.RekeyedTo, rekeyBatch)
		if err != nil {
			return err
		}
		if err := s.makeKeys(ctx, scope, tx, business, clients); err != nil {
			return err
		}
		business.RekeyedTo = nil
		if more = len(clients) == rekeyBatch; more {
			business.RekeyedTo = &clients[len(clients)-1].ClientID
		} else if state.Target == search.RulesVersion {
			if err := tx.PutRekeyState(ctx, search.RekeyState{Version: search.RulesVersion}); err != nil {
				return err
			}
		}
		return tx.SaveBusiness(ctx, business)
	})
	return more, err
}

// makeKeys computes the keys of some clients.
func (s *Settings) makeKeys(ctx context.Context, scope client.Scope, tx store.Tx, business *client.Business, clients []*client.Client) error {
	indexer := s.Indexer(business)
	keyed := make([]*client.Client, len(clients))
	var late []int
	for i, c := range clients {
		keyed[i] = c.Clone()
		isLate, err := s.lateAliases(ctx, tx, indexer, keyed[i])
		if err != nil {
			return err
		}
		if isLate {
			late = append(late, i)
		}
		indexer.PrepareIndex(keyed[i])
	}
	if err := s.keepDismissed(ctx, scope, tx, clients, keyed); err != nil {
		return err
	}
	before, after := slices.Clone(clients), slices.Clone(keyed)
	for _, i := range slices.Backward(late) {
		if err := saveLateAliases(ctx, tx, s.Now(), clients[i], keyed[i]); err != nil {
			return err
		}
		before, after = slices.Delete(before, i, i+1), slices.Delete(after, i, i+1)
	}
	return tx.SaveKeys(ctx, before, after)
}
