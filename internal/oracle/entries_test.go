package oracle_test

import "pgregory.net/rapid"

func (r *run) setFields(rt *rapid.T) {
	who := r.drawCaller(rt)
	target, fields := r.drawTarget(rt, who), r.drawFields(rt)
	r.compare(rt, r.sendEntries(rt, who, target, "setClientFields", "ClientFieldInput", "fields", fields), r.model.SetFields(who, target, fields))
}

func (r *run) removeFields(rt *rapid.T) {
	who := r.drawCaller(rt)
	target := r.drawTarget(rt, who)
	fields := texts(rapid.SliceOfN(rapid.SampledFrom(append(r.fields[:len(r.fields):len(r.fields)], 1)), 0, 3).Draw(rt, "fields"))
	r.compare(rt, r.sendEntries(rt, who, target, "removeClientFields", "ID", "schedulerPreferenceFieldDefnIds", fields), r.model.RemoveFields(who, target, fields))
}

func (r *run) addTags(rt *rapid.T) {
	who := r.drawCaller(rt)
	target, tags := r.drawTarget(rt, who), r.drawTags(rt)
	r.compare(rt, r.sendEntries(rt, who, target, "addClientTags", "String", "tags", tags), r.model.AddTags(who, target, tags))
}

func (r *run) removeTags(rt *rapid.T) {
	who := r.drawCaller(rt)
	target, tags := r.drawTarget(rt, who), r.drawTags(rt)
	r.compare(rt, r.sendEntries(rt, who, target, "removeClientTags", "String", "tags", tags), r.model.RemoveTags(who, target, tags))
}

func (r *run) drawTags(rt *rapid.T) []any {
	return rapid.SliceOfN(rapid.SampledFrom(lists()["tags"]), few(rt), 3).Draw(rt, "tags")
}

func (r *run) addViewers(rt *rapid.T) {
	who := r.drawCaller(rt)
	target, viewers := r.drawTarget(rt, who), r.drawIDs(rt)
	r.compare(rt, r.sendEntries(rt, who, target, "addClientViewers", "ID", "viewerClientIds", viewers), r.model.AddViewers(who, target, viewers))
}

func (r *run) removeViewers(rt *rapid.T) {
	who := r.drawCaller(rt)
	target, viewers := r.drawTarget(rt, who), r.drawIDs(rt)
	r.compare(rt, r.sendEntries(rt, who, target, "removeClientViewers", "ID", "viewerClientIds", viewers), r.model.RemoveViewers(who, target, viewers))
}

// drawIDs draws clients, mostly live ones.
func (r *run) drawIDs(rt *rapid.T) []any {
	return texts(rapid.SliceOfN(rapid.Custom(r.drawLive), few(rt), 3).Draw(rt, "clients"))
}

// few is how many there are to be at least: rarely there is nothing.
func few(rt *rapid.T) int {
	if rarely(rt, "nothing") {
		return 0
	}
	return 1
}
