package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// UpsertKey is by what an upsert finds its client: exactly one of them is given.
type UpsertKey struct {
	ClientID *ID
	// ExternalUserName is compared as it is, EmailAddress without outer spaces
	// and whatever its case.
	ExternalUserName *string
	EmailAddress     *string
}

// argumentBy is the argument that holds the key.
const argumentBy = "by"

// Upsert brings an input into the live client of a key, as Patch does, or makes
// that client when there is none, with the key's value where the input has none.
// Two at once make one client. Unless the key is a client id, a value by which a
// merged client was known is nothing new about the survivor: see keepMain. Errors: those of Create and of Patch, and at the
// key INVALID_ID, INVALID_EMAIL, REQUIRED, NOT_FOUND (a client id, or none of the expected
// version), AMBIGUOUS_KEY, KEY_CONTRADICTED.
func (s *Service) Upsert(ctx context.Context, scope Scope, by UpsertKey, values Values, expectedVersion *int64) (Result, error) {
	if err := permit(scope, Write, false); err != nil {
		return Result{}, err
	}
	if !scope.MaySeeAll() {
		return Result{}, &Error{Code: CodeForbidden, Message: "this is for roles that see all clients: whether a client is there would tell the others of clients that they don't see"}
	}
	wrong := by.check()
	if wrong != nil && (by.ClientID == nil || !by.ClientID.Malformed) {
		return Result{}, wrong
	}
	w, err := s.prepare(ctx, scope, "input", values, func(in *input) { in.agree(by) })
	if err != nil {
		return Result{}, err
	}
	if wrong != nil {
		return Result{}, s.write(ctx, scope, record{&Result{}}, func(ctx context.Context, tx Tx) error {
			return w.refuse(ctx, tx, wrong, w.apply)
		})
	}
	if err := w.hash(ctx); err != nil {
		return Result{}, err
	}
	if decode := w.decode; by.ClientID == nil {
		w.decode = func(held *Client) *input {
			in := decode(held)
			if held != nil {
				w.keyer.keepMain(held, in)
			}
			return in
		}
	}
	u := &upsert{writing: w, by: by, expectedVersion: expectedVersion}
	result, err := u.run(ctx)
	if errors.Is(err, ErrIDTaken) {
		result, err = u.run(ctx)
	}
	return result, err
}

// check says what is wrong with a key whatever the input.
func (k UpsertKey) check() Errors {
	given := 0
	var errs Errors
	if k.ClientID != nil {
		given++
		errs = append(errs, k.ClientID.wrong(path{argumentBy, argumentClientID})...)
	}
	if k.ExternalUserName != nil {
		given++
		err := checkText(*k.ExternalUserName, maxText)
		if err == nil && isBlank(*k.ExternalUserName) {
			err = &Error{Code: CodeRequired, Message: "a blank name names nobody"}
		}
		if err != nil {
			errs = append(errs, path{argumentBy, nameExternalUserName}.at(err))
		}
	}
	if k.EmailAddress != nil {
		given++
		if _, err := emailRule(*k.EmailAddress); err != nil || checkText(strings.TrimSpace(*k.EmailAddress), maxEmail) != nil {
			errs = append(errs, path{argumentBy, nameEmailAddress}.at(&Error{Code: CodeInvalidEmail, Message: "want one e-mail address such as name@example.com"}))
		}
	}
	if given != 1 {
		return Errors{path{argumentBy}.at(&Error{Code: CodeRequired, Message: "name exactly one of clientId, externalUserName and emailAddress"})}
	}
	return errs
}

// property is what the key is a value of, and that value; nil for a client id.
func (k UpsertKey) property() (name string, value *string) {
	if k.EmailAddress != nil {
		trimmed := strings.TrimSpace(*k.EmailAddress)
		return nameEmailAddress, &trimmed
	}
	return nameExternalUserName, k.ExternalUserName
}

// same says whether both are values of one key.
func (k UpsertKey) same(a, b string) bool {
	if k.EmailAddress != nil {
		return foldEmail(a) == foldEmail(b)
	}
	return a == b
}

// agree holds the input to the key by which its client is found.
func (in *input) agree(by UpsertKey) {
	name, value := by.property()
	if value != nil {
		i := slices.IndexFunc(Properties(), func(p Property) bool { return p.Name == name })
		given, named := in.set[i]
		text, _ := given.(string)
		if named && !by.same(text, *value) {
			in.fail(in.where.with(name), &Error{
				Code:    CodeKeyContradicted,
				Message: "the client is found by another value of this property; leave it out, or give the same",
			})
		}
	}
	for _, err := range in.lacking() {
		if value == nil || err.Field[len(err.Field)-1] != name {
			in.missing = append(in.missing, err)
		}
	}
}

// upsert is one under way.
type upsert struct {
	*writing
	by              UpsertKey
	expectedVersion *int64
}

func (u *upsert) run(ctx context.Context) (Result, error) {
	var result Result
	s := u.service
	err := s.write(ctx, u.scope, record{&result}, func(ctx context.Context, tx Tx) error {
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
			return s.conflict(ctx, tx, u.scope, found, *u.expectedVersion, &result)
		}
		result.Client, err = u.save(ctx, tx, found, OperationUpsert, KindUpserted, u.apply)
		return err
	})
	if err != nil && !HasCode(err, CodeVersionConflict) {
		return Result{}, err
	}
	return result, err
}

// find finds the client of the key; nil when it is to be made.
func (u *upsert) find(ctx context.Context, tx Tx) (*Client, error) {
	if u.by.ClientID != nil {
		c, err := find(ctx, tx, u.scope, target{id: *u.by.ClientID})
		if HasCode(err, CodeClientDeleted) {
			err = path{"clientId"}.at(&Error{Code: CodeNotFound, Message: "no client of that id"})
		}
		return c, reroot(err, func(at path) path { return path{argumentBy}.with(at...) })
	}
	name, value := u.by.property()
	query := Query{Conditions: Conditions{ExternalUserName: value}, Limit: 2, Need: SelectAll()}
	if u.by.EmailAddress != nil {
		keys, err := u.service.emailKeys(ctx, u.scope, *value)
		if err != nil {
			return nil, err
		}
		query.Conditions = Conditions{EmailsLower: keys}
		if len(keys) > 1 {
			query.Limit = 0
		}
	}
	found, err := u.service.store.Clients(ctx, u.scope, query)
	if len(query.Conditions.EmailsLower) > 1 {
		// The key of before is another address's as well.
		found = slices.DeleteFunc(found, func(c *Client) bool { return !slices.Contains(c.emailsLower(), foldEmail(*value)) })
	}
	at := path{argumentBy, name}
	switch {
	case err != nil:
		return nil, fmt.Errorf("find the client of a key: %w", err)
	case len(found) > 1:
		return nil, at.at(&Error{Code: CodeAmbiguousKey, Message: "several clients have this; name the one that is meant by its clientId"})
	case len(found) == 1:
		return found[0], nil
	case u.expectedVersion != nil:
		return nil, at.at(&Error{Code: CodeNotFound, Message: "no client has this; leave expectedVersion out to make one"})
	}
	return nil, nil
}

// keepMain takes out of the input, as it was read for the client, what is an alias of it.
// A system that knows the client as one that was merged into it goes on sending
// what it knows: its address is not to become the main one, in place of that by
// which another system finds the client. Who names a client by its id means it.
func (k *Keyer) keepMain(found *Client, in *input) {
	maps.DeleteFunc(in.set, func(i int, value any) bool {
		text, _ := value.(string)
		return Properties()[i].is(aliased) && k.onlyAlias(found, &Properties()[i], text)
	})
}

// onlyAlias says whether a value of an aliased property is one of the client's
// aliases, and not the value that it has.
func (k *Keyer) onlyAlias(c *Client, p *Property, value string) bool {
	if own, has := valueAt(p.At(c)).(string); has && k.sameAlias(p, own, value) {
		return false
	}
	return slices.ContainsFunc(c.Aliases, func(alias Alias) bool { return alias.Field == p.Name && k.sameAlias(p, alias.Value, value) })
}

// create makes the client, of the key where the input does not say it.
func (u *upsert) create(ctx context.Context, tx Tx) (*Client, error) {
	id, err := u.service.store.NextClientID(ctx)
	if err != nil {
		return nil, fmt.Errorf("take a client id: %w", err)
	}
	name, value := u.by.property()
	i := slices.IndexFunc(Properties(), func(p Property) bool { return p.Name == name })
	// A run before may have found a client.
	u.in = u.decode(nil)
	if _, named := u.in.set[i]; !named {
		u.in.set[i] = *value
	}
	return u.insert(ctx, tx, id, OperationUpsert)
}
