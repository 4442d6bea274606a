package writing

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

func ambiguousKey() *client.Error {
	return &client.Error{Code: client.CodeAmbiguousKey, Message: "several clients have this key; name one of them by its clientId"}
}

// matched are the clients that match a row; if there are several, the two with the lowest
// ids. wrong is an error of the row's key.
type matched struct {
	clients []*client.Client
	wrong   *client.Error
}

// match finds the clients of the rows, with one read for all.
func (i *Import) match(ctx context.Context, tx store.Tx, rows []ImportRow) ([]matched, error) {
	found := make([]matched, len(rows))
	keyed := false
	for n := range rows {
		keyed = keyed || rows[n].By != nil && rows[n].Wrong == nil
	}
	if !keyed {
		return found, nil
	}
	if rows[0].By != nil && rows[0].By.ClientID != nil {
		return found, i.matchIDs(ctx, tx, rows, found)
	}
	ids, err := i.idsOf(ctx, keysOf(rows))
	if err != nil {
		return nil, err
	}
	var all []int64
	for n := range rows {
		if rows[n].Wrong == nil {
			all = append(all, ids[rows[n].By.Folded()]...)
		}
	}
	clients, err := tx.Clients(ctx, client.SortedSet(all))
	if err != nil {
		return nil, fmt.Errorf("find the clients of keys: %w", err)
	}
	for n := range rows {
		if rows[n].Wrong != nil {
			continue
		}
		for _, id := range ids[rows[n].By.Folded()] {
			if c := clients[id]; c != nil {
				found[n].clients = append(found[n].clients, c)
			}
		}
	}
	return found, nil
}

// matchIDs finds clients by id. Deleted clients are unknown here, as in Upsert.
func (i *Import) matchIDs(ctx context.Context, tx store.Tx, rows []ImportRow, found []matched) error {
	var ids []int64
	for n := range rows {
		if rows[n].Wrong == nil {
			ids = append(ids, rows[n].By.ClientID.As(client.TypeClient))
		}
	}
	clients, err := tx.Clients(ctx, client.SortedSet(ids))
	if err != nil {
		return fmt.Errorf("find clients: %w", err)
	}
	survivors, err := reading.SurvivorsOf(ctx, tx, ids, clients)
	if err != nil {
		return err
	}
	for n := range rows {
		if rows[n].Wrong != nil {
			continue
		}
		id := rows[n].By.ClientID.As(client.TypeClient)
		at := client.Path{argumentBy, ArgumentClientID}
		switch c := clients[id]; {
		case survivors[id] != 0:
			found[n].wrong = at.At(reading.ClientMerged(survivors[id]))
		case c == nil || c.Deleted():
			found[n].wrong = at.At(&client.Error{Code: client.CodeNotFound, Message: "no client with this id"})
		default:
			found[n].clients = []*client.Client{c}
		}
	}
	return nil
}

func keysOf(rows []ImportRow) []UpsertKey {
	var keys []UpsertKey
	for n := range rows {
		if rows[n].Wrong == nil {
			keys = append(keys, *rows[n].By)
		}
	}
	return keys
}

// Folded is the key's value in the form that is compared.
func (k UpsertKey) Folded() string {
	_, value := k.property()
	if k.EmailAddress != nil {
		return search.FoldEmail(*value)
	}
	return *value
}

// idsOf returns the ids of the live clients with keys of one kind (not client ids), by
// folded key: the two lowest of each, because two suffice to know that there are several.
func (i *Import) idsOf(ctx context.Context, keys []UpsertKey) (map[string][]int64, error) {
	ids := map[string][]int64{}
	if len(keys) == 0 {
		return ids, nil
	}
	wanted := map[string]bool{}
	var conditions store.Conditions
	for _, key := range keys {
		folded := key.Folded()
		if wanted[folded] {
			continue
		}
		wanted[folded] = true
		if key.EmailAddress == nil {
			conditions.ExternalUserNames = append(conditions.ExternalUserNames, folded)
			continue
		}
		spelt, err := i.service.EmailKeys(ctx, i.scope, *key.EmailAddress)
		if err != nil {
			return nil, err
		}
		conditions.EmailsLower = append(conditions.EmailsLower, spelt...)
	}
	need := client.Select(client.NameEmailAddress, client.NameExternalUserName, client.NameAliases)
	err := i.service.Store.Scan(ctx, i.scope, store.Query{Conditions: conditions, Need: need}, func(c *client.Client) bool {
		own := client.Unique(c.Known(client.NameExternalUserName, c.ExternalUserName))
		if conditions.EmailsLower != nil {
			own = search.EmailsLower(c)
		}
		for _, value := range own {
			if wanted[value] && len(ids[value]) < 2 {
				ids[value] = append(ids[value], c.ClientID)
			}
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("find the ids of keys: %w", err)
	}
	return ids, nil
}
