package client

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// upgrader is who is said to have done what the program does by itself.
const upgrader = "clientgraph"

// lateAliases gives a survivor the aliases that merges of before left out: phone
// numbers were none then. It says whether there are any.
func (s *Service) lateAliases(ctx context.Context, tx Tx, keyer *Keyer, survivor *Client) (bool, error) {
	if len(survivor.Merged) == 0 || survivor.Lifecycle == Merged {
		return false, nil
	}
	var ids, merges []int64
	for _, m := range survivor.Merged {
		ids, merges = append(ids, m.ClientID), append(merges, m.MergeID)
	}
	folded, err := tx.FoldedClients(ctx, ids)
	if err != nil {
		return false, fmt.Errorf("find the clients of merges: %w", err)
	}
	aliases := len(survivor.Aliases)
	f := folding{after: survivor, keyer: keyer, report: &MergeReport{}}
	for _, id := range merges {
		journal, err := tx.Journal(ctx, id)
		if err != nil {
			return false, fmt.Errorf("find the journal of a merge: %w", err)
		}
		if journal != nil && journal.ClientID == survivor.ClientID && !journal.Undone {
			f.aliasPhones(journal.Before, survivor.ClientID)
		}
	}
	for _, id := range ids {
		if folded[id] != nil {
			f.aliasPhones(folded[id], id)
		}
	}
	return len(survivor.Aliases) > aliases, nil
}

// aliasPhones adds the phone numbers of a client that it had.
func (f *folding) aliasPhones(c *Client, id int64) {
	for i := range Properties() {
		p := &Properties()[i]
		if !p.is(aliased) || !p.is(phone) {
			continue
		}
		if value, ok := filled(valueAt(p.At(c))).(string); ok {
			f.alias(p, Alias{Field: p.Name, Value: value, ClientID: id})
		}
	}
}

// saveLateAliases writes a client that got aliases: a change like any other, for
// histories to replay and copies to learn of.
func saveLateAliases(ctx context.Context, tx Tx, at time.Time, before, after *Client) error {
	after.Version++
	after.ModifiedDate, after.ModifiedUser = &at, new(upgrader)
	return tx.Save(ctx, before, after, Entry{
		ClientID: after.ClientID, Version: after.Version, At: at, User: upgrader, Role: RoleOwner,
		Operation: OperationUpgrade, Changes: diff(before, after),
	}, KindUpserted)
}

// unfoldAliases takes from the survivor the aliases that the merge brought, or that
// were added to what it brought, and gives those who come back the ones of clients
// merged into them.
func (u *unfolding) unfoldAliases() {
	families := map[int64]*Client{}
	for _, c := range u.back {
		for _, id := range c.family() {
			families[id] = c
		}
	}
	u.after.Aliases = slices.DeleteFunc(u.after.Aliases, func(alias Alias) bool {
		if slices.Contains(u.journal.Before.Aliases, alias) {
			return false
		}
		if c := families[alias.ClientID]; c != nil {
			if alias.ClientID != c.ClientID && !slices.Contains(c.Aliases, alias) {
				c.Aliases = append(c.Aliases, alias)
			}
			return true
		}
		if alias.ClientID != u.survivor.ClientID {
			return false
		}
		// A value of the survivor that another's was chosen over, by this merge.
		p := PropertyByName(alias.Field)
		return slices.Contains(u.journal.After.Aliases, alias) || p.is(phone) && valueAt(p.At(u.journal.Before)) == any(alias.Value)
	})
}
