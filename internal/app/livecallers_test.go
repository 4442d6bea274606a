//go:build unix

package app_test

import (
	"fmt"
	"testing"

	"clientgraph/internal/client"
)

// staffToken is a token of the staff of a group, by the user of another one.
func (w *liveWorld) staffToken(user, group int) string {
	return w.token(client.Identity{
		User: fmt.Sprintf("staff %d", user), Role: client.RoleStaff, Permissions: client.Write, StaffID: int64(firstStaff + group%len(w.groups)),
	})
}

// follow adds the followers of a group.
func (w *liveWorld) follow(number int) {
	g := w.groups[number]
	owner := w.token(client.Identity{User: fmt.Sprintf("owner %d", number), Role: client.RoleOwner, Permissions: client.AllPermissions})
	account := w.token(client.Identity{User: fmt.Sprintf("account %d", number), Role: client.RoleClient, Permissions: client.Write, ClientAccountID: g.account})
	ids := []string{g.viewer.id}
	for _, c := range g.clients {
		ids = append(ids, c.id)
	}
	for i := range followersOfGroup {
		f := &follower{world: w, server: (i + number) % 2, socket: i < followersOfGroup/2}
		switch i % (followersOfGroup / 2) {
		case 0:
			f.name, f.token, f.ids = "owner of some", owner, ids
		case 1:
			f.name, f.token, f.turns = "staff", w.staffToken(number, number), true
		case 2:
			f.name, f.token, f.list = "account", account, number%2 == 1
		case 3:
			f.name, f.token, f.list, f.filter = "owner of a tag", owner, true, map[string]any{"tagsList": []string{tagOf(number)}}
		default:
			f.name, f.token, f.list, f.turns = "staff", w.staffToken(number, number), true, true
		}
		f.group = number
		w.followers = append(w.followers, f)
	}
}

// changeRoles makes every other member of staff that of the next group.
func (w *liveWorld) changeRoles(t *testing.T, round int) {
	t.Helper()
	for _, f := range w.followers {
		if f.turns && (f.group+round)%2 == 0 {
			f.role++
			f.changesRole(w.staffToken(f.group, f.group+f.role))
		}
	}
}

// checkModel holds what the database has against what the writers were told is done.
func (w *liveWorld) checkModel(t *testing.T) {
	t.Helper()
	for _, g := range w.groups {
		for _, c := range append([]*liveClient{g.viewer}, g.clients...) {
			var found struct {
				Client struct {
					City    string
					Deleted bool
				}
			}
			if err := liveAsk(t.Context(), w.base(0), w.owner, fmt.Sprintf(`{ client(clientId: %q) { city deleted } }`, c.id), nil, &found); err != nil {
				t.Fatal(err)
			}
			if found.Client.City != c.city || found.Client.Deleted != c.deleted {
				t.Errorf("client %s has %+v, and was written %+v", c.id, found.Client, *c)
			}
		}
	}
}
