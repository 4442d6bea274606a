package oracle_test

import (
	"strconv"

	"pgregory.net/rapid"

	"clientgraph/internal/oracle"
)

func (r *run) create(rt *rapid.T) {
	who := r.drawCaller(rt)
	input := r.drawInput(rt, who, rapid.IntRange(0, 9).Draw(rt, "complete") > 0)
	got := r.send(rt, who, "createClient", "($input: CreateClientInput!)", "(input: $input)", values{"input": input})
	id, account := got.made()
	r.compare(rt, got, r.model.Create(who, id, input, account))
}

func (r *run) patch(rt *rapid.T) {
	who := r.drawCaller(rt)
	target := r.drawTarget(rt, who)
	r.sendPatch(rt, who, target, r.drawInput(rt, who, false))
}

func (r *run) sendPatch(rt *rapid.T, who oracle.Caller, target oracle.Target, patch values) {
	got := r.sendTo(rt, who, target, "patchClient", ", $patch: ClientPatch!", ", patch: $patch", values{"patch": patch})
	_, account := got.made()
	r.compare(rt, got, r.model.Patch(who, target, patch, account))
}

func (r *run) delete(rt *rapid.T) {
	who := r.drawCaller(rt)
	target := r.drawTarget(rt, who)
	r.compare(rt, r.sendTo(rt, who, target, "deleteClient", "", "", nil), r.model.Delete(who, target))
}

func (r *run) restore(rt *rapid.T) {
	who := r.drawCaller(rt)
	target := r.drawTarget(rt, who)
	r.compare(rt, r.sendTo(rt, who, target, "restoreClient", "", "", nil), r.model.Restore(who, target))
}

func (r *run) update(rt *rapid.T) {
	who := r.drawCaller(rt)
	target := r.drawTarget(rt, who)
	input := r.drawInput(rt, who, rapid.IntRange(0, 9).Draw(rt, "complete") > 0)
	got := r.sendTo(rt, who, target, "updateClient", ", $input: UpdateClientInput!", ", input: $input", values{"input": input})
	_, account := got.made()
	r.compare(rt, got, r.model.Update(who, target, input, account))
}

func (r *run) upsert(rt *rapid.T) {
	who := r.drawCaller(rt)
	target := r.drawTarget(rt, who)
	input := r.drawInput(rt, who, rapid.Bool().Draw(rt, "complete"))
	by := oracle.Key{Name: rapid.SampledFrom([]string{"", "emailAddress", "externalUserName"}).Draw(rt, "by")}
	key := values{"clientId": strconv.FormatInt(target.ID, 10)}
	if by.Name == "" {
		by.ID = target.ID
	} else {
		by.Value, _ = rapid.SampledFrom(pools()[by.Name]).Draw(rt, "key").(string)
		key = values{by.Name: by.Value}
		if rapid.Bool().Draw(rt, "agree") {
			delete(input, by.Name)
		}
	}
	got := r.send(rt, who, "upsertClient", "($by: ClientKey!, $input: CreateClientInput!, $version: Int)",
		"(by: $by, input: $input, expectedVersion: $version)", values{"by": key, "input": input, "version": target.Expected})
	id, account := got.made()
	outcome, created := r.model.Upsert(who, by, target.Expected, id, input, account)
	r.compare(rt, got, outcome)
	if is, _ := got.payload["created"].(bool); is != created {
		r.fail(rt, "created is %v, want %v", is, created)
	}
}

func (r *run) createAll(rt *rapid.T) {
	who := r.drawCaller(rt)
	inputs := []any{}
	for range rapid.IntRange(0, 3).Draw(rt, "clients") {
		inputs = append(inputs, r.drawInput(rt, who, rapid.IntRange(0, 3).Draw(rt, "complete") > 0))
	}
	r.sendCreateAll(rt, who, inputs)
}

func (r *run) sendCreateAll(rt *rapid.T, who oracle.Caller, inputs []any) {
	got := r.sendAll(rt, who, "createClients", "CreateClientInput", "inputs", inputs)
	r.compareAll(rt, got, len(inputs), "input", "inputs", func(i int, a answer) oracle.Outcome {
		id, account := a.made()
		return r.model.Create(who, id, inputs[i].(values), account)
	})
}

func (r *run) patchAll(rt *rapid.T) {
	who := r.drawCaller(rt)
	patches, targets := []any{}, []oracle.Target{}
	for range rapid.IntRange(0, 3).Draw(rt, "clients") {
		target := r.drawTarget(rt, who)
		patch := values{"clientId": strconv.FormatInt(target.ID, 10), "patch": r.drawInput(rt, who, false)}
		if target.Expected != nil {
			patch["expectedVersion"] = *target.Expected
		}
		patches, targets = append(patches, patch), append(targets, target)
	}
	got := r.sendAll(rt, who, "patchClients", "ClientPatchEntry", "patches", patches)
	r.compareAll(rt, got, len(patches), "", "patches", func(i int, a answer) oracle.Outcome {
		_, account := a.made()
		if who.Role == oracle.Client {
			// A CLIENT changes nobody's record but its own.
			return oracle.Outcome{Forbidden: true}
		}
		return r.model.Patch(who, targets[i], patches[i].(values)["patch"].(values), account)
	})
}
