package writing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
	"clientgraph/internal/search"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// UpsertKey is the key that an upsert finds its client by. Exactly one field is set.
type UpsertKey struct {
	ClientID *client.ID
	// ExternalUserName must be equal; EmailAddress is compared without outer spaces and
	// ignoring case.
	ExternalUserName *string
	EmailAddress     *string
}

// argumentBy is the argument with the key.
const argumentBy = "by"

// Upsert patches the live client with the key or, if there is none, creates it; the input
// gets the key's value if it has none. Two upserts at once create one client. Unless the
// key is a client id, values that are aliases of the client change nothing, see
// dropAliases. Errors: those of Create and Patch, and for the key INVALID_ID,
// INVALID_EMAIL, REQUIRED, NOT_FOUND (a client id, or expectedVersion without a client),
// AMBIGUOUS_KEY, KEY_CONTRADICTED.
func (s *Writes) Upsert(ctx context.Context, scope client.Scope, by UpsertKey, values client.Values, expectedVersion *int64) (Result, error) {
	if err := reading.Permit(scope, client.Write, false); err != nil {
		return Result{}, err
	}
	if !scope.MaySeeAll() {
		return Result{}, &client.Error{Code: client.CodeForbidden, Message: "only roles that see all clients may do this, because the answer can show whether a client exists"}
	}
	wrong := by.check()
	if wrong != nil && (by.ClientID == nil || !by.ClientID.Malformed) {
		return Result{}, wrong
	}
	w, err := s.Prepare(ctx, scope, "input", values, func(in *client.Input) { checkAgainstKey(in, by) })
	if err != nil {
		return Result{}, err
	}
	if wrong != nil {
		return Result{}, s.Write(ctx, scope, record{&Result{}}, func(ctx context.Context, tx store.Tx) error {
			return w.refuse(ctx, tx, wrong, w.Apply)
		})
	}
	if err := w.hash(ctx); err != nil {
		return Result{}, err
	}
	if decode := w.decode; by.ClientID == nil {
		w.decode = func(held *client.Client) *client.Input {
			in := decode(held)
			if held != nil {
				dropAliases(w.Indexer, held, in)
			}
			return in
		}
	}
	u := &upsert{Draft: w, by: by, expectedVersion: expectedVersion}
	result, err := u.run(ctx)
	if errors.Is(err, store.ErrIDTaken) {
		result, err = u.run(ctx)
	}
	return result, err
}

// check returns the errors of a key that do not depend on the input.
func (k UpsertKey) check() client.Errors {
	given := 0
	var errs client.Errors
	if k.ClientID != nil {
		given++
		errs = append(errs, k.ClientID.Wrong(client.Path{argumentBy, ArgumentClientID})...)
	}
	if k.ExternalUserName != nil {
		given++
		err := client.CheckText(*k.ExternalUserName, client.MaxText)
		if err == nil && client.IsBlank(*k.ExternalUserName) {
			err = &client.Error{Code: client.CodeRequired, Message: "the name can't be blank"}
		}
		if err != nil {
			errs = append(errs, client.Path{argumentBy, client.NameExternalUserName}.At(err))
		}
	}
	if k.EmailAddress != nil {
		given++
		if _, err := client.EmailRule(*k.EmailAddress); err != nil || client.CheckText(strings.TrimSpace(*k.EmailAddress), client.MaxEmail) != nil {
			errs = append(errs, client.Path{argumentBy, client.NameEmailAddress}.At(&client.Error{Code: client.CodeInvalidEmail, Message: "want one e-mail address such as name@example.com"}))
		}
	}
	if given != 1 {
		return client.Errors{client.Path{argumentBy}.At(&client.Error{Code: client.CodeRequired, Message: "name exactly one of clientId, externalUserName and emailAddress"})}
	}
	return errs
}

// property returns the name of the property that the key is a value of, and the value;
// nil for a client id.
func (k UpsertKey) property() (name string, value *string) {
	if k.EmailAddress != nil {
		trimmed := strings.TrimSpace(*k.EmailAddress)
		return client.NameEmailAddress, &trimmed
	}
	return client.NameExternalUserName, k.ExternalUserName
}

// same says whether two values are the same key.
func (k UpsertKey) same(a, b string) bool {
	if k.EmailAddress != nil {
		return search.FoldEmail(a) == search.FoldEmail(b)
	}
	return a == b
}

// checkAgainstKey refuses an input with another value than the key's, and does not
// require the key's property in the input.
func checkAgainstKey(in *client.Input, by UpsertKey) {
	name, value := by.property()
	if value != nil {
		i := slices.IndexFunc(client.Properties(), func(p client.Property) bool { return p.Name == name })
		given, named := in.Set[i]
		text, _ := given.(string)
		if named && !by.same(text, *value) {
			in.Fail(in.Where.With(name), &client.Error{
				Code:    client.CodeKeyContradicted,
				Message: "the key has another value for this property; leave it out, or give the same value",
			})
		}
	}
	for _, err := range in.Lacking() {
		if value == nil || err.Field[len(err.Field)-1] != name {
			in.Missing = append(in.Missing, err)
		}
	}
}

// upsert is an upsert that is being made.
type upsert struct {
	*Draft
	by              UpsertKey
	expectedVersion *int64
}

func (u *upsert) run(ctx context.Context) (Result, error) {
	var result Result
	s := u.Service
	err := s.Write(ctx, u.Scope, record{&result}, func(ctx context.Context, tx store.Tx) error {
		result = Result{}
		found, err := u.find(ctx, tx)
		if err != nil {
			return err
		}
		if found == nil {
			result.Created = true
			result.Client, err = u.create(ctx, tx)
			return err
		}
		if u.expectedVersion != nil && *u.expectedVersion != found.Version {
			return s.AnswerConflict(ctx, tx, u.Scope, found, *u.expectedVersion, &result)
		}
		result.Client, err = u.save(ctx, tx, found, history.OperationUpsert, history.KindUpserted, u.Apply)
		return err
	})
	if err != nil && !client.HasCode(err, client.CodeVersionConflict) {
		return Result{}, err
	}
	return result, err
}

// find finds the client of the key; nil if there is none and one must be created.
func (u *upsert) find(ctx context.Context, tx store.Tx) (*client.Client, error) {
	if u.by.ClientID != nil {
		c, err := Find(ctx, tx, u.Scope, Target{ClientID: *u.by.ClientID})
		if client.HasCode(err, client.CodeClientDeleted) {
			err = client.Path{"clientId"}.At(&client.Error{Code: client.CodeNotFound, Message: "no client with this id"})
		}
		return c, reroot(err, func(at client.Path) client.Path { return client.Path{argumentBy}.With(at...) })
	}
	name, value := u.by.property()
	query := store.Query{Conditions: store.Conditions{}, Limit: 2, Need: client.SelectAll()}
	if u.by.EmailAddress != nil {
		keys, err := u.Service.EmailKeys(ctx, u.Scope, *value)
		if err != nil {
			return nil, err
		}
		query.Conditions = store.Conditions{EmailsLower: keys}
		if len(keys) > 1 {
			query.Limit = 0
		}
	} else {
		query.Conditions.ExternalUserNames = []string{*value}
	}
	found, err := u.Service.Store.Clients(ctx, u.Scope, query)
	if len(query.Conditions.EmailsLower) > 1 {
		// In an earlier version of the rules, different addresses can have the same key.
		found = slices.DeleteFunc(found, func(c *client.Client) bool { return !slices.Contains(search.EmailsLower(c), search.FoldEmail(*value)) })
	}
	at := client.Path{argumentBy, name}
	switch {
	case err != nil:
		return nil, fmt.Errorf("find the client of a key: %w", err)
	case len(found) > 1:
		return nil, at.At(ambiguousKey())
	case len(found) == 1:
		return found[0], nil
	case u.expectedVersion != nil:
		return nil, at.At(&client.Error{Code: client.CodeNotFound, Message: "no client has this key; leave expectedVersion out to create one"})
	}
	return nil, nil
}

// dropAliases removes values from the input that are aliases of the client. A system that
// knows the client as a merged one keeps sending the merged client's address, which must
// not replace the address by which another system finds the client. A caller who names
// the client by its id can replace it.
func dropAliases(k *search.Indexer, found *client.Client, in *client.Input) {
	maps.DeleteFunc(in.Set, func(i int, value any) bool {
		text, _ := value.(string)
		return client.Properties()[i].Is(client.Aliased) && onlyAlias(k, found, &client.Properties()[i], text)
	})
}

// onlyAlias says whether a value of an aliased property is one of the client's aliases, and
// not its main value.
func onlyAlias(k *search.Indexer, c *client.Client, p *client.Property, value string) bool {
	if own, has := p.Value(c).(string); has && merge.SameAlias(k, p, own, value) {
		return false
	}
	return slices.ContainsFunc(c.Aliases, func(alias client.Alias) bool {
		return alias.Field == p.Name && merge.SameAlias(k, p, alias.Value, value)
	})
}

// create creates the client, with the value of the key if the input has none.
func (u *upsert) create(ctx context.Context, tx store.Tx) (*client.Client, error) {
	id, err := u.Service.Store.NextClientID(ctx)
	if err != nil {
		return nil, fmt.Errorf("take a client id: %w", err)
	}
	name, value := u.by.property()
	i := slices.IndexFunc(client.Properties(), func(p client.Property) bool { return p.Name == name })
	// An earlier run of the transaction may have found a client.
	u.in = u.decode(nil)
	if _, named := u.in.Set[i]; !named {
		u.in.Set[i] = *value
	}
	return u.insert(ctx, tx, id, history.OperationUpsert)
}
