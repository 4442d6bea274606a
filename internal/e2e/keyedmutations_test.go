package e2e_test

const everything = `clientId version deleted firstName tags notes dateOfBirth latitude blocked modifiedDate modifiedUser fieldDataMapJson`

// keyedMutation is one that can be made of the reference's data, and made again.
type keyedMutation struct {
	text      string
	variables values
	// other are the same variables with one that is different.
	other values
}

const webhookFields = `webhook { webhookId url description kinds enabled disabledReason failingSince previousSecretExpires createdDate modifiedDate version } userErrors { code message field }`

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
		"updateClient": {
			`mutation ($key: String, $input: UpdateClientInput!) { updateClient(clientId: "4761823", input: $input, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"input": person(nil)},
			values{"input": person(values{"city": "There"})},
		},
		"upsertClient": {
			`mutation ($key: String, $input: CreateClientInput!) { upsertClient(by: {externalUserName: "up"}, input: $input, idempotencyKey: $key) { created ` + selection + ` } }`,
			values{"input": person(nil)},
			values{"input": person(values{"city": "There"})},
		},
		"createClients": {
			`mutation ($key: String, $inputs: [CreateClientInput!]!) { createClients(inputs: $inputs, idempotencyKey: $key) { results { ` + selection + ` } userErrors { code } } }`,
			values{"inputs": []any{person(nil), person(values{"city": "Here"})}},
			values{"inputs": []any{person(values{"city": "There"}), person(values{"city": "Else"})}},
		},
		"patchClients": {
			`mutation ($key: String, $patches: [ClientPatchEntry!]!) { patchClients(patches: $patches, idempotencyKey: $key) { results { ` + selection + ` } userErrors { code } } }`,
			values{"patches": []any{values{"clientId": "5143212", "patch": values{"city": "One"}}, values{"clientId": "5966842", "patch": values{"city": "Two"}}}},
			values{"patches": []any{values{"clientId": "5966842", "patch": values{"city": "One"}}, values{"clientId": "5143212", "patch": values{"city": "Two"}}}},
		},
		"setClientFields": {
			`mutation ($key: String, $fields: [ClientFieldInput!]!) { setClientFields(clientId: "5143212", fields: $fields, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"fields": []any{field("322534", "Tea")}},
			values{"fields": []any{field("322534", "Milk")}},
		},
		"removeClientFields": {
			`mutation ($key: String, $ids: [ID!]!) { removeClientFields(clientId: "5143212", schedulerPreferenceFieldDefnIds: $ids, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"ids": []any{"322534"}},
			values{"ids": []any{"322533"}},
		},
		"addClientTags": {
			`mutation ($key: String, $tags: [String!]!) { addClientTags(clientId: "5143212", tags: $tags, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"tags": []any{"New"}},
			values{"tags": []any{"Newer"}},
		},
		"removeClientTags": {
			`mutation ($key: String, $tags: [String!]!) { removeClientTags(clientId: "5143212", tags: $tags, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"tags": []any{"excellent"}},
			values{"tags": []any{"other"}},
		},
		"addClientViewers": {
			`mutation ($key: String, $ids: [ID!]!) { addClientViewers(clientId: "5143212", viewerClientIds: $ids, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"ids": []any{"5966842"}},
			values{"ids": []any{"4658091"}},
		},
		"removeClientViewers": {
			`mutation ($key: String, $ids: [ID!]!) { removeClientViewers(clientId: "4658091", viewerClientIds: $ids, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"ids": []any{"5143212"}},
			values{"ids": []any{"5966842"}},
		},
		"deleteClient": {
			`mutation ($key: String, $id: ID!) { deleteClient(clientId: $id, idempotencyKey: $key) { ` + selection + ` } }`,
			values{"id": "4922146"},
			values{"id": "4761823"},
		},
		"eraseClient": {
			`mutation ($key: String, $version: Int!) { eraseClient(clientId: "4932331", confirmClientId: "4932331", expectedVersion: $version, idempotencyKey: $key) { erasedClientIds userErrors { code field } } }`,
			values{"version": 1},
			values{"version": 2},
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
		"undismissDuplicates": {
			`mutation ($key: String, $ids: [ID!]!) { undismissDuplicates(clientIds: $ids, idempotencyKey: $key) { undismissed userErrors { code } } }`,
			values{"ids": []any{"4658091", "4922146"}},
			values{"ids": []any{"4658091", "5143212"}},
		},
		"mergeClients": {
			`mutation ($key: String, $ids: [ID!]!) { mergeClients(clientId: "5143212", clientIds: $ids, idempotencyKey: $key) { mergeId report { ` + reportFields + ` } ` + selection + ` } }`,
			values{"ids": []any{"4761823"}},
			values{"ids": []any{"4761823", "4922146"}},
		},
		"unmergeClients": {
			`mutation ($key: String, $id: ID!) { unmergeClients(mergeId: $id, idempotencyKey: $key) { clients { ` + everything + ` } ` + selection + ` } }`,
			values{"id": "1"},
			values{"id": "2"},
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
		"updateBusiness": {
			`mutation ($key: String, $input: UpdateBusinessInput!) { updateBusiness(input: $input, idempotencyKey: $key) { business { name timeZone { timeZoneId } locale } userErrors { code } } }`,
			values{"input": values{"name": "One", "timeZone": "Asia/Tokyo"}},
			values{"input": values{"name": "Two"}},
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
		"createWebhook": {
			`mutation ($key: String, $input: CreateWebhookInput!) { createWebhook(input: $input, idempotencyKey: $key) { ` + webhookFields + ` } }`,
			values{"input": values{"url": "https://one.example/"}},
			values{"input": values{"url": "https://two.example/"}},
		},
		"updateWebhook": {
			`mutation ($key: String, $input: UpdateWebhookInput!) { updateWebhook(webhookId: "9001", input: $input, idempotencyKey: $key) { ` + webhookFields + ` } }`,
			values{"input": values{"url": "https://one.example/"}},
			values{"input": values{"url": "https://two.example/"}},
		},
		"rotateWebhookSecret": {
			`mutation ($key: String, $version: Int) { rotateWebhookSecret(webhookId: "9001", expectedVersion: $version, idempotencyKey: $key) { ` + webhookFields + ` } }`,
			values{"version": 1},
			values{"version": 2},
		},
		"deleteWebhook": {
			`mutation ($key: String, $id: ID!) { deleteWebhook(webhookId: $id, idempotencyKey: $key) { deletedWebhookId deletedWebhookGlobalId ` + webhookFields + ` } }`,
			values{"id": "9002"},
			values{"id": "9001"},
		},
		"redeliverWebhook": {
			`mutation ($key: String, $id: ID!) { redeliverWebhook(deliveryId: $id, idempotencyKey: $key) { delivery { deliveryId messageId kind clientId state attempts } userErrors { code field } } }`,
			values{"id": "1"},
			values{"id": "2"},
		},
		"importClients": {importMutation, values{"input": values{"match": "NONE"}}, values{"input": values{"match": "EMAIL_ADDRESS"}}},
		"exportClients": {exportMutation, values{"input": values{"format": "CSV"}}, values{"input": values{"format": "JSONL"}}},
		"cancelJob": {
			`mutation ($key: String, $id: ID!) { cancelJob(jobId: $id, idempotencyKey: $key) { job { ` + jobFields + ` } userErrors { code field } } }`,
			values{"id": "9001"},
			values{"id": "9002"},
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

// refusals are the codes of all that is wrong with a mutation, or with entries of
// a batch.
func refusals(answered values) []string {
	var codes []string
	for _, e := range answered["userErrors"].([]any) {
		codes = append(codes, e.(values)["code"].(string))
	}
	results, _ := answered["results"].([]any)
	for _, result := range results {
		codes = append(codes, refusals(result.(values))...)
	}
	return codes
}
