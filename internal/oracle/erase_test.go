package oracle_test

import (
	"strconv"

	"pgregory.net/rapid"
)

// erase erases a client, mostly one whom the caller knows as it is, and may.
func (r *run) erase(rt *rapid.T) {
	who := r.drawBoss(rt)
	target := r.drawTarget(rt, who)
	if target.Expected == nil {
		target.Expected = new(r.version(target.ID))
	}
	confirm := target.ID
	if rarely(rt, "another id") {
		confirm = rapid.SampledFrom(r.ids()).Draw(rt, "confirmed")
	}
	got := r.do(rt, who, "eraseClient", `mutation ($id: ID!, $confirm: ID!, $version: Int!) {
		eraseClient(clientId: $id, confirmClientId: $confirm, expectedVersion: $version) {
			erasedClientIds client { clientId version } userErrors { code field } } }`,
		values{"id": strconv.FormatInt(target.ID, 10), "confirm": strconv.FormatInt(confirm, 10), "version": *target.Expected})
	outcome, gone := r.model.Erase(who, target, confirm)
	r.compare(rt, got, outcome)
	if got.payload == nil {
		return
	}
	r.differ(rt, "erased", texts(gone), got.payload["erasedClientIds"])
	if len(gone) > 0 {
		r.forgetKeys(gone)
		r.replayAnew(rt)
	}
}
