package client

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// KeyVersion names what makes the keys by which clients are ordered, found and
// compared: our rules first, then the libraries with the tables of collation and
// normalisation, of phone numbers and of domains, then Unicode. Of two versions the
// later one is greater as a text. It is stored for each business, and where it is
// lower than this, Rekey makes the keys anew. The number of the rules rises with
// whatever changes a key; a test holds the others to go.mod.
const KeyVersion = "00004 text 000.043.000 phonenumbers 001.008.001 net 000.062.000 unicode " + unicode.Version

// KeyState is what a business's clients are keyed by.
type KeyState struct {
	// Version is what all keys are of, or of a later one; empty for those of before
	// versions were stored.
	Version string
	// Target is the version that keys are being made for; empty while none are.
	Target string
}

// newest is the latest version that anybody made keys of the business for.
func (k KeyState) newest() string { return max(k.Version, k.Target) }

// keysBefore are the search keys that the first version of the rules made of a
// term, where they are other ones.
func (t term) keysBefore(search string) []string {
	before := term{text: normaliseBefore(search), digits: t.digits}
	if before.text == "" || before.text == t.text {
		return nil
	}
	return before.keys()
}

// normaliseBefore is normalise as it was in the first version of the rules.
func normaliseBefore(text string) string {
	if isASCII(text) {
		return strings.Join(strings.Fields(strings.ToLower(text)), " ")
	}
	folded := cases.Fold().String(norm.NFKD.String(text))
	var b strings.Builder
	for _, r := range norm.NFKD.String(folded) {
		if !isAccent(r) && !isInvisible(r) {
			b.WriteRune(r)
		}
	}
	plain := spelling.Replace(cases.Fold().String(norm.NFKC.String(b.String())))
	return strings.Join(strings.Fields(plainDigits(plain)), " ")
}

// foldEmailBefore is foldEmail as it was in the first version of the rules.
func foldEmailBefore(address string) string { return caseless(strings.TrimSpace(address)) }

// outdated says whether the business has clients whose keys are of an earlier
// version. It is asked only for what the versions spell in different ways: what was
// found before is found while keys are made anew.
func (s *Service) outdated(ctx context.Context, scope Scope) (bool, error) {
	state, err := s.store.KeyState(ctx, scope)
	if err != nil {
		return false, fmt.Errorf("find out what clients are keyed by: %w", err)
	}
	return state.Version < KeyVersion, nil
}

// emailKeys are the keys by which clients of an address are found.
func (s *Service) emailKeys(ctx context.Context, scope Scope, address string) ([]string, error) {
	keys := []string{foldEmail(address)}
	if before := foldEmailBefore(address); before != keys[0] {
		outdated, err := s.outdated(ctx, scope)
		if err != nil {
			return nil, err
		}
		if outdated {
			keys = append(keys, before)
		}
	}
	return keys, nil
}

// markOutdated marks the businesses whose clients' keys are of an earlier version
// than this program's, for all of their keys to be made anew. Where a later version
// made keys, or makes them, they are left to it.
func (s *Service) markOutdated(ctx context.Context) error {
	ids, err := s.store.OutdatedBusinesses(ctx, KeyVersion)
	if err != nil {
		return fmt.Errorf("find the businesses with old keys: %w", err)
	}
	for _, id := range ids {
		scope := Scope{BusinessID: id, Rows: Rows{All: true}}
		err := s.store.Write(ctx, scope, func(ctx context.Context, tx Tx) error {
			state, err := tx.KeyState(ctx)
			if err != nil || state.Version >= KeyVersion || state.Target >= KeyVersion {
				return err
			}
			business, err := tx.Business(ctx)
			if err != nil {
				return err
			}
			business.RekeyedTo = new(int64(0))
			if err := tx.PutKeyState(ctx, KeyState{Version: state.Version, Target: KeyVersion}); err != nil {
				return err
			}
			return tx.SaveBusiness(ctx, business)
		})
		if err != nil {
			return fmt.Errorf("mark business %d: %w", id, err)
		}
	}
	return nil
}

// keepDismissed keeps pairs dismissed whose clients get other identities by their
// keys alone.
func (s *Service) keepDismissed(ctx context.Context, scope Scope, tx Tx, before, after []*Client) error {
	dismissals, err := s.store.Dismissals(ctx, scope)
	if err != nil {
		return fmt.Errorf("find dismissals: %w", err)
	}
	places := make(map[int64]int, len(before))
	for i, c := range before {
		places[c.ClientID] = i
	}
	var kept []Dismissal
	for _, d := range dismissals {
		changed := false
		for side, id := range d.Pair {
			i, here := places[id]
			if !here {
				continue
			}
			then, now := string(d.Identities[side]), after[i].identity()
			if then != string(now) && (then == string(before[i].identity()) || then == string(before[i].identityBefore())) {
				d.Identities[side], changed = now, true
			}
		}
		if changed {
			kept = append(kept, d)
		}
	}
	if kept == nil {
		return nil
	}
	return tx.Dismiss(ctx, kept)
}

// identityBefore is identity as it was in the first version of the rules.
func (c *Client) identityBefore() []byte {
	name := ""
	if full := c.FullName(); full != nil {
		name = normaliseBefore(*full)
	}
	return c.identityNamed(name)
}
