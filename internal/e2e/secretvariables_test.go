package e2e_test

// secretsBefore is what is done before a mutation is tried, so that clients whom it
// meets have secrets: patches, and a merge.
const secretsBefore = `mutation {
	patchClients(patches: [
		{clientId: "4658091", patch: {ssn: "919-47-3562"}}
		{clientId: "4761823", patch: {ssn: "919-47-3562"}}
		{clientId: "5143212", patch: {password: "Zq7-canary-password", ssn: "919-47-3562"}}
	]) { results { userErrors { code } } userErrors { code } }
	mergeClients(clientId: "4658091", clientIds: ["5143212"], choices: [{field: "firstName", fromClientId: "5143212"}]) { userErrors { code } }
	createWebhook(input: {url: "https://example.com/"}) { userErrors { code } }
	exportClients(input: {}) { userErrors { code } }
}`

// succeeding are, for each mutation, variables with which it succeeds after
// secretsBefore on the reference's clients: with a secret in every place that the
// schema has for one.
func succeeding() map[string]string {
	const (
		secrets = `"password": "Zq7-canary-password", "ssn": "919-47-3562"`
		ann     = `"firstName": "Ann", "lastName": "Bee", "emailAddress": "ann@email.com", "tags": ["New"], "clientIdsClientCanView": ["4922146"], ` + secrets
		patch   = `{"city": "Here", "emailAddress": "new@email.com", "tags": ["New"], "clientIdsClientCanView": ["4922146"], ` + secrets + `}`
	)
	return map[string]string{
		"createClient":        `{"input": {` + ann + `}}`,
		"createClients":       `{"inputs": [{` + ann + `}, {` + ann + `}]}`,
		"patchClient":         `{"clientId": "4658091", "patch": ` + patch + `}`,
		"patchClients":        `{"patches": [{"clientId": "4658091", "patch": ` + patch + `}, {"clientId": "4922146", "patch": {` + secrets + `}}]}`,
		"updateClient":        `{"clientId": "4658091", "input": {` + ann + `}}`,
		"upsertClient":        `{"by": {"emailAddress": "ann@email.com"}, "input": {` + ann + `}}`,
		"setClientFields":     `{"clientId": "4658091", "fields": [{"schedulerPreferenceFieldDefnId": "322534", "value": "Tea"}]}`,
		"removeClientFields":  `{"clientId": "4658091", "schedulerPreferenceFieldDefnIds": ["322534"]}`,
		"addClientTags":       `{"clientId": "4658091", "tags": ["New"]}`,
		"removeClientTags":    `{"clientId": "4658091", "tags": ["Excellent"]}`,
		"addClientViewers":    `{"clientId": "4658091", "viewerClientIds": ["4922146"]}`,
		"removeClientViewers": `{"clientId": "4658091", "viewerClientIds": ["4761823"]}`,
		"deleteClient":        `{"clientId": "4658091"}`,
		"restoreClient":       `{"clientId": "4658091"}`,
		"mergeClients": `{"clientId": "4658091", "clientIds": ["4761823", "4922146"], "choices": [{"field": "lastName", "fromClientId": "4761823"}],
			"expectedVersions": [{"clientId": "4761823", "version": 2}]}`,
		"unmergeClients":        `{"mergeId": "1", "choices": [{"field": "firstName", "value": "BEFORE"}]}`,
		"eraseClient":           `{"clientId": "4658091", "confirmClientId": "4658091", "expectedVersion": 3}`,
		"updateBusiness":        `{"input": {"name": "Ours", "timeZone": "Europe/Paris", "locale": "sv", "phoneRegion": "SE"}}`,
		"dismissDuplicates":     `{"clientIds": ["4658091", "4761823"]}`,
		"undismissDuplicates":   `{"clientIds": ["4658091", "4761823"]}`,
		"createFieldDefinition": `{"input": {"label": "Shoe", "type": "CHOICE", "choices": ["Left", "Right"]}}`,
		"updateFieldDefinition": `{"schedulerPreferenceFieldDefnId": "322534", "input": {"label": "Shoe"}}`,
		"retireFieldDefinition": `{"schedulerPreferenceFieldDefnId": "322534"}`,
		"recordAppointments": `{"appointments": [{"appointmentId": "1", "clientId": "4658091", "locationId": "2", "staffId": "3", "reasonId": "4",
			"start": "2026-01-02T10:00:00Z", "status": "OPEN", "modifiedDate": "2026-01-01T10:00:00Z"}]}`,
		"removeAppointments":  `{"appointments": [{"appointmentId": "1", "modifiedDate": "2026-01-01T10:00:00Z"}]}`,
		"putLocationGroup":    `{"input": {"locationGroupId": "1", "name": "North", "locationIds": ["2"], "modifiedDate": "2026-01-01T10:00:00Z"}}`,
		"createWebhook":       `{"input": {"url": "https://example.com/", "description": "Here", "kinds": ["ERASED"]}}`,
		"updateWebhook":       `{"webhookId": "1", "input": {"url": "https://example.com/two", "description": null, "kinds": [], "enabled": false}}`,
		"rotateWebhookSecret": `{"webhookId": "1"}`,
		"deleteWebhook":       `{"webhookId": "1"}`,
		"redeliverWebhook":    `{"deliveryId": "1"}`,
		"exportClients": `{"input": {"format": "JSONL", "filter": {"clientIdList": ["4658091"], "locationGroupIdList": ["1"], "locationIdList": ["2"], "reasonIdList": ["3"],
			"staffIdList": ["4"], "statusList": ["ACTIVE"], "tagsList": ["Excellent"], "searchTerm": "Someone", "startDate": "2020-01-01", "endDate": "2020-01-02",
			"fieldFilters": [{"schedulerPreferenceFieldDefnId": "322534", "values": ["Left"]}], "birthday": {"from": "12-20", "to": "01-05"},
			"appointment": {"from": "2020-01-01", "to": "2020-02-01", "statusList": ["OPEN"]}, "noAppointment": {"from": "2020-01-01", "to": "2020-02-01", "statusList": ["OPEN"]},
			"has": ["EMAIL_ADDRESS"], "hasNot": ["PHONE"], "includeDeleted": true}}}`,
		"importClients": `{"input": {"format": "CSV", "match": "EMAIL_ADDRESS", "several": "OLDEST", "mapping": [{"header": "Given", "column": "firstName"}],
			"encoding": "UTF_8", "delimiter": ";", "listSeparator": ",", "dates": "DD.MM.YYYY", "dryRun": true, "again": true}}`,
		"cancelJob":           `{"jobId": "1"}`,
		"deleteLocationGroup": `{"locationGroupId": "1", "modifiedDate": "2026-01-01T10:00:00Z"}`,
		"recordClientForms": `{"forms": [{"formId": "1", "clientId": "4658091", "name": "Consent", "signedDate": "2026-01-01T10:00:00Z",
			"data": {"ok": true}, "modifiedDate": "2026-01-01T10:00:00Z"}]}`,
	}
}
