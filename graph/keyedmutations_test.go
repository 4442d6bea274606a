package graph_test

const everything = `clientId version deleted firstName tags notes dateOfBirth latitude blocked modifiedDate modifiedUser fieldDataMapJson`

// keyedMutation is one that can be made of the reference's data, and made again.
type keyedMutation struct {
	text      string
	variables values
	// other are the same variables with one that is different.
	other values
}

// keyedMutations holds one of every mutation, by name.
func keyedMutations() map[string]keyedMutation {
	const selection = `client { ` + everything + ` } userErrors { code message field }`
	const modified, later = "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"
	appointment := func(status string) values {
		return values{"entries": []any{values{"appointmentId": "9", "clientId": "4658091", "start": modified, "status": status, "modifiedDate": later}}}
	}
	return map[string]keyedMutation{
		"createClient": {
			`mutation ($key: String, $input: CreateClientInput!) { createClient(input: $input, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"input": person(values{"password": "correct horse"})},
			values{"input": person(values{"password": "correct house"})},
		},
		"patchClient": {
			`mutation ($key: String, $patch: ClientPatch!) { patchClient(clientId: "4658091", patch: $patch, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"patch": values{"city": "Here", "tags": []any{"a"}}},
			values{"patch": values{"city": "Here", "tags": []any{"b"}}},
		},
		"deleteClient": {
			`mutation ($key: String, $id: ID!) { deleteClient(clientId: $id, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"id": "4922146"},
			values{"id": "4761823"},
		},
		"restoreClient": {
			`mutation ($key: String, $id: ID!) { restoreClient(clientId: $id, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"id": "4922146"},
			values{"id": "4761823"},
		},
		"dismissDuplicates": {
			`mutation ($key: String, $ids: [ID!]!) { dismissDuplicates(clientIds: $ids, idempotencyKey: $key) { dismissed userErrors { code } } }`,
			values{"ids": []any{"4658091", "4761823"}},
			values{"ids": []any{"4658091", "5143212"}},
		},
		"createFieldDefinition": {
			`mutation ($key: String, $input: CreateFieldDefinitionInput!) { createFieldDefinition(input: $input, idempotencyKey: $key) { ` + definitionFields + ` } }`,
			values{"input": values{"label": "Size", "type": "CHOICE", "choices": []any{"S"}}},
			values{"input": values{"label": "Size", "type": "TEXT"}},
		},
		"updateFieldDefinition": {
			`mutation ($key: String, $input: UpdateFieldDefinitionInput!) { updateFieldDefinition(schedulerPreferenceFieldDefnId: "322530", input: $input, idempotencyKey: $key) { ` + definitionFields + ` } }`,
			values{"input": values{"label": "One"}},
			values{"input": values{"label": "Two"}},
		},
		"retireFieldDefinition": {
			`mutation ($key: String, $id: ID!) { retireFieldDefinition(schedulerPreferenceFieldDefnId: $id, idempotencyKey: $key) { ` + definitionFields + ` } }`,
			values{"id": "322531"},
			values{"id": "322532"},
		},
		"recordAppointments": {
			`mutation ($key: String, $entries: [AppointmentInput!]!) { recordAppointments(appointments: $entries, idempotencyKey: $key) { recorded userErrors { code field } } }`,
			appointment("OPEN"), appointment("CANCELLED"),
		},
		"removeAppointments": {
			`mutation ($key: String, $entries: [AppointmentRemovalInput!]!) { removeAppointments(appointments: $entries, idempotencyKey: $key) { removed userErrors { code field } } }`,
			values{"entries": []any{values{"appointmentId": "19", "modifiedDate": later}}},
			values{"entries": []any{values{"appointmentId": "20", "modifiedDate": later}}},
		},
		"recordClientForms": {
			`mutation ($key: String, $entries: [ClientFormInput!]!) { recordClientForms(forms: $entries, idempotencyKey: $key) { recorded userErrors { code field } } }`,
			values{"entries": []any{values{"formId": "f", "clientId": "4658091", "modifiedDate": later}}},
			values{"entries": []any{values{"formId": "g", "clientId": "4658091", "modifiedDate": later}}},
		},
		"putLocationGroup": {
			`mutation ($key: String, $input: LocationGroupInput!) { putLocationGroup(input: $input, idempotencyKey: $key) { locationGroup { locationGroupId name locationIds modifiedDate } userErrors { code } } }`,
			values{"input": values{"locationGroupId": "77", "name": "North", "locationIds": []any{"12"}, "modifiedDate": later}},
			values{"input": values{"locationGroupId": "77", "name": "South", "locationIds": []any{"12"}, "modifiedDate": later}},
		},
		"deleteLocationGroup": {
			`mutation ($key: String, $id: ID!) { deleteLocationGroup(locationGroupId: $id, modifiedDate: "` + later + `", idempotencyKey: $key) { locationGroup { name } userErrors { code } } }`,
			values{"id": "78"},
			values{"id": "79"},
		},
	}
}

func (m keyedMutation) with(key any, variables values) values {
	all := values{"key": key}
	for name, value := range variables {
		all[name] = value
	}
	return all
}
