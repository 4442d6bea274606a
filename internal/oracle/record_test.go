package oracle_test

import (
	"slices"
	"strconv"

	"clientgraph/internal/oracle"
)

// record is how the service tells a client to a caller, as the model has it.
func (r *run) record(who oracle.Caller, p *oracle.Person) values {
	subjects, viewers := r.model.Subjects(who, p.ID), r.model.Viewers(who, p.ID)
	accounts := []any{}
	for _, id := range viewers {
		if account := r.model.People[id].Account; account != 0 {
			accounts = append(accounts, strconv.FormatInt(account, 10))
		}
	}
	told := values{
		"__typename": "Client", "clientId": strconv.FormatInt(p.ID, 10), "version": float64(p.Version),
		"deleted": p.Life == oracle.Deleted, "active": p.Life == oracle.Live,
		"clientAccountId": nil, "activeAppointmentCount": float64(r.model.OpenAppointments(p)), "shown": p.FullName(),
		"clientIdsClientCanView": texts(subjects), "viewClients": clients(subjects), "viewByClients": clients(viewers),
		"viewClientAccountIds": accounts, "fieldDataMap": r.fieldData(p),
	}
	aliases, folded := []any{}, []any{}
	for _, alias := range p.Aliases {
		aliases = append(aliases, values{"field": alias.Field, "value": alias.Value, "clientId": strconv.FormatInt(alias.ID, 10)})
	}
	for _, f := range p.Folded {
		folded = append(folded, values{"clientId": strconv.FormatInt(f.ID, 10), "mergeId": strconv.FormatInt(f.MergeID, 10)})
	}
	told["aliases"], told["mergedClients"] = aliases, folded
	if p.Account != 0 {
		told["clientAccountId"] = strconv.FormatInt(p.Account, 10)
	}
	for _, name := range visible(who.Role) {
		if name == "fullName" {
			continue
		}
		told[name] = p.Values[name]
		if list, isList := lists()[name]; isList && told[name] == nil {
			told[name] = slices.Clone(list[:0])
		}
	}
	if number, has := p.Values["ssn"].(string); has && !who.May("pii") {
		told["ssn"] = "***-**" + number[len("***-**"):]
	}
	return told
}

// merged is how the service tells a client that is part of another one.
func (r *run) merged(p *oracle.Person) values {
	survivor := r.model.Survivor(p.ID)
	i := slices.IndexFunc(survivor.Folded, func(f oracle.Folded) bool { return f.ID == p.ID })
	return values{
		"__typename": "MergedClient", "clientId": strconv.FormatInt(p.ID, 10), "mergeId": strconv.FormatInt(survivor.Folded[i].MergeID, 10),
		"survivor": values{"clientId": strconv.FormatInt(survivor.ID, 10)},
	}
}

// fieldData are the values of custom fields by id: of those that have one.
func (r *run) fieldData(p *oracle.Person) values {
	data := values{}
	for id, property := range r.model.Fields {
		value := p.Custom[id]
		if property != "" {
			value = p.Values[property]
		}
		if value != nil && value != "" {
			data[strconv.FormatInt(id, 10)] = value
		}
	}
	return data
}

func clients(ids []int64) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = values{"clientId": strconv.FormatInt(id, 10)}
	}
	return list
}
