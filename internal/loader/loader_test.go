package loader_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.uber.org/goleak"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/importing"
	"clientgraph/internal/service/reading"
)

const business = 5

// family is a business in which 1 sees 2, 3 and 4, 2 sees 3, and 5 sees nobody;
// 4 is deleted.
func family(t *testing.T) *apitest.API {
	t.Helper()
	api := apitest.New(t)
	var clients []*client.Client
	for id, subjects := range map[int64][]int64{1: {2, 3, 4}, 2: {3}, 3: nil, 4: nil, 5: nil} {
		clients = append(clients, &client.Client{ClientID: id, Lifecycle: client.Live, Status: client.StatusActive, SubjectIDs: subjects})
		if id == 4 {
			clients[len(clients)-1].Lifecycle = client.Removed
		}
	}
	api.Load(t, importing.Dataset{Business: client.DefaultBusiness(business), Clients: clients})
	for _, form := range []string{"b", "a"} {
		_, err := api.Mongo.Collection("clientForms").InsertOne(t.Context(), bson.D{
			{Key: "businessId", Value: business}, {Key: "clientId", Value: 2}, {Key: "formId", Value: form}, {Key: "data", Value: "{}"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return api
}

// level reads clients and makes a level of them; 0 is an absent one.
func level(t *testing.T, api *apitest.API, loaders *loader.Loaders, ids ...int64) []*loader.Client {
	t.Helper()
	asked := make([]client.ID, len(ids))
	for i, id := range ids {
		asked[i].Number = id
	}
	found, err := api.Service.Nodes(t.Context(), apitest.OwnerScope(business), asked, client.Select("viewSubjectIds"))
	if err != nil {
		t.Fatal(err)
	}
	clients := make([]*client.Client, len(found))
	for i := range found {
		clients[i] = found[i].Client
	}
	return loaders.Wrap(clients)
}

func ids(clients []*loader.Client) []int64 {
	list := []int64{}
	for _, c := range clients {
		list = append(list, c.ClientID)
	}
	return list
}

// However many clients of a level are asked for a relation, and however often,
// it is read once, and each gets its own part of it in order.
func TestALevelIsReadOnce(t *testing.T) {
	api := family(t)
	loaders := loader.New(api.Service.Reads, apitest.OwnerScope(business))
	members := level(t, api, loaders, 5, 1, 0, 3, 2, 1)
	if members[2] != nil {
		t.Fatal("an absent client is there")
	}
	subjects := map[int64][]int64{1: {2, 3}, 2: {3}, 3: {}, 5: {}}
	viewers := map[int64][]int64{1: {}, 2: {1}, 3: {1, 2}, 5: {}}
	forms := map[int64]string{2: "a b"}
	leaks := goleak.IgnoreCurrent()
	sent := api.Commands(func() {
		var group sync.WaitGroup
		for range 2 {
			for _, c := range members {
				if c == nil {
					continue
				}
				group.Go(func() {
					found, err := c.Subjects(t.Context(), reading.MaxRelation, client.Selection{})
					if err != nil || found == nil || !slices.Equal(ids(found), subjects[c.ClientID]) {
						t.Errorf("%d may see %v, %v", c.ClientID, ids(found), err)
					}
				})
				group.Go(func() {
					found, err := c.Viewers(t.Context(), reading.MaxRelation, client.Selection{})
					if err != nil || found == nil || !slices.Equal(ids(found), viewers[c.ClientID]) {
						t.Errorf("%d is seen by %v, %v", c.ClientID, ids(found), err)
					}
				})
				group.Go(func() {
					found, err := c.Forms(t.Context())
					var names []string
					for _, form := range found {
						names = append(names, form.FormID)
					}
					if err != nil || strings.Join(names, " ") != forms[c.ClientID] {
						t.Errorf("%d signed %v, %v", c.ClientID, names, err)
					}
				})
			}
		}
		group.Wait()
	})
	if got := strings.Join(sent, " "); got != "find find find" {
		t.Errorf("sent %q, want one find each for subjects, viewers and forms", got)
	}
	goleak.VerifyNone(t, leaks)
}

// What a relation found is a level of its own: the next relation is read once
// for all of it.
func TestRelationsMakeALevel(t *testing.T) {
	api := family(t)
	loaders := loader.New(api.Service.Reads, apitest.OwnerScope(business))
	members := level(t, api, loaders, 1, 2)
	sent := api.Commands(func() {
		for _, c := range members {
			found, err := c.Subjects(t.Context(), reading.MaxRelation, client.Select("viewSubjectIds"))
			if err != nil {
				t.Fatal(err)
			}
			for _, subject := range found {
				if _, err := subject.Viewers(t.Context(), reading.MaxRelation, client.Selection{}); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
	if got := strings.Join(sent, " "); got != "find find" {
		t.Errorf("sent %q, want one find a level", got)
	}
}

func TestRelationTakesTheFirst(t *testing.T) {
	api := family(t)
	loaders := loader.New(api.Service.Reads, apitest.OwnerScope(business))
	one := level(t, api, loaders, 1)[0]
	three := level(t, api, loaders, 3)[0]
	type relation func(context.Context, int64, client.Selection) ([]*loader.Client, error)
	for name, c := range map[string]struct {
		read relation
		all  []int64
	}{"subjects": {one.Subjects, []int64{2, 3}}, "viewers": {three.Viewers, []int64{1, 2}}} {
		sent := api.Commands(func() {
			for first := int64(1); first <= 3; first++ {
				found, err := c.read(t.Context(), first, client.Selection{})
				if want := c.all[:min(first, 2)]; err != nil || !slices.Equal(ids(found), want) {
					t.Errorf("the first %d %s are %v, %v", first, name, ids(found), err)
				}
			}
			for _, first := range []int64{0, -1, reading.MaxRelation + 1} {
				if _, err := c.read(t.Context(), first, client.Selection{}); !client.HasCode(err, client.CodeOutOfRange) {
					t.Errorf("the first %d %s: %v", first, name, err)
				}
			}
		})
		if len(sent) != 1 {
			t.Errorf("%s sent %v", name, sent)
		}
	}
	if all, err := three.AllViewers(t.Context(), client.Selection{}); err != nil || len(all) != 2 {
		t.Errorf("all viewers are %v, %v", ids(all), err)
	}
	if all, err := one.AllSubjects(t.Context(), client.Selection{}); err != nil || len(all) != 2 {
		t.Errorf("all subjects are %v, %v", ids(all), err)
	}
}

// A read that failed failed for all who share it: nobody takes it for nothing.
func TestAFailedReadIsToldToAllSiblings(t *testing.T) {
	api := family(t)
	loaders := loader.New(api.Service.Reads, apitest.OwnerScope(business))
	members := level(t, api, loaders, 1, 2, 3)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range members {
		// The first of them reads; its context is over.
		if found, err := c.Subjects(cancelled, 10, client.Selection{}); !errors.Is(err, context.Canceled) || found != nil {
			t.Errorf("%d may see %v, %v", c.ClientID, found, err)
		}
		if found, err := c.Viewers(cancelled, 10, client.Selection{}); !errors.Is(err, context.Canceled) || found != nil {
			t.Errorf("%d is seen by %v, %v", c.ClientID, found, err)
		}
		if found, err := c.Forms(cancelled); !errors.Is(err, context.Canceled) || found != nil {
			t.Errorf("%d signed %v, %v", c.ClientID, found, err)
		}
		cancelled = t.Context()
	}
}

// A batch that panics is an error for each client of its level, for those that
// asked meanwhile and for those that ask next: nobody takes it for an empty list,
// and the panic does not end the program.
func TestAPanicIsAnErrorForEveryClientOfTheLevel(t *testing.T) {
	loaders := loader.New(reading.New(nil, nil, nil, nil), client.Scope{}) // Without a store every read panics.
	members := loaders.Wrap([]*client.Client{{ClientID: 1, SubjectIDs: []int64{2}}, {ClientID: 2}, {ClientID: 3}})
	for name, read := range map[string]func(*loader.Client) error{
		"subjects": func(c *loader.Client) error { _, err := c.AllSubjects(t.Context(), client.Selection{}); return err },
		"viewers":  func(c *loader.Client) error { _, err := c.AllViewers(t.Context(), client.Selection{}); return err },
		"forms":    func(c *loader.Client) error { _, err := c.Forms(t.Context()); return err },
		"business": func(*loader.Client) error { _, err := loaders.Business(t.Context()); return err },
	} {
		var group sync.WaitGroup
		for range 2 {
			for _, c := range members {
				group.Go(func() {
					if err := read(c); err == nil || !strings.HasPrefix(err.Error(), "panic in a batch: ") {
						t.Errorf("%s of %d: %v", name, c.ClientID, err)
					}
				})
			}
		}
		group.Wait()
	}
}

// A level of any width is one command, also where all of it asks at once, and
// where one id stands in it more than once.
func TestALevelOfAnyWidthIsOneCommand(t *testing.T) {
	api := apitest.New(t)
	const most = 500
	clients := make([]*client.Client, most)
	for i := range clients {
		clients[i] = &client.Client{ClientID: int64(i + 1), Lifecycle: client.Live, Status: client.StatusActive}
		if i+1 < most {
			clients[i].SubjectIDs = []int64{int64(i + 2)}
		}
	}
	api.Load(t, importing.Dataset{Business: client.DefaultBusiness(business), Clients: clients})
	for _, width := range []int{1, 2, 3, 100, most} {
		loaders := loader.New(api.Service.Reads, apitest.OwnerScope(business))
		asked := make([]int64, width, width+1)
		for i := range asked {
			asked[i] = int64(i + 1)
		}
		members := level(t, api, loaders, append(asked, 1)...)
		sent := api.Commands(func() {
			var group sync.WaitGroup
			for _, c := range members {
				group.Go(func() {
					found, err := c.AllSubjects(t.Context(), client.Selection{})
					if err != nil || (c.ClientID < most && (len(found) != 1 || found[0].ClientID != c.ClientID+1)) {
						t.Errorf("%d may see %v, %v", c.ClientID, ids(found), err)
					}
				})
			}
			group.Wait()
		})
		if got := strings.Join(sent, " "); got != "find" {
			t.Errorf("a level of %d sent %q, want one find", width, got)
		}
	}
}

// What does not differ within a request is read once in it.
func TestBusinessAndDefinitionsAreReadOnce(t *testing.T) {
	api := family(t)
	loaders := loader.New(api.Service.Reads, apitest.OwnerScope(business))
	sent := api.Commands(func() {
		for range 3 {
			if b, err := loaders.Business(t.Context()); err != nil || b.BusinessID != business {
				t.Errorf("the business is %v, %v", b, err)
			}
			if _, err := loaders.Definitions(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	if got := strings.Join(sent, " "); got != "find find" {
		t.Errorf("sent %q", got)
	}
}
