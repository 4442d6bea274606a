package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// startExport makes an export and returns it.
func startExport(t *testing.T, api *apitest.API, who client.Identity, input values) values {
	t.Helper()
	return payload(t, api, who, exportMutation, values{"input": input})["job"].(values)
}

func TestExportJobWritesTheRowsOfItsMaker(t *testing.T) {
	api := reference(t)
	runJobs(t, api)
	all := ended(t, api, owner(), startExport(t, api, owner(), values{}))
	wantEnd(t, all, "DONE", nil)
	wantCounts(t, all, 8, 0, 0, 0, 0)
	if file := download(t, api, all); strings.Count(file, "noreply@email.com") == 0 || !strings.HasPrefix(file, "clientId,") && !strings.Contains(file[:200], "firstName") {
		t.Errorf("the file is %.300s", file)
	}
	some := ended(t, api, superUser(), startExport(t, api, superUser(), values{"format": "JSONL"}))
	wantCounts(t, some, 2, 0, 0, 0, 0)
	file := download(t, api, some)
	for id, there := range map[string]bool{"4922146": true, "5143212": true, "4658091": false} {
		if strings.Contains(file, fmt.Sprintf(`"clientId":%q`, id)) != there {
			t.Errorf("client %s in the file: want %t", id, there)
		}
	}
	one := ended(t, api, owner(), startExport(t, api, owner(), values{"filter": values{"clientIdList": []any{"4922146"}}}))
	wantCounts(t, one, 1, 0, 0, 0, 0)
	refused := only(t, api.MustDo(t, owner(), exportMutation, values{"input": values{"filter": values{"clientIdList": []any{"x"}, "startDate": "2020-01-02", "endDate": "2020-01-01"}}}))
	if codes := fmt.Sprint(refusals(refused)); codes != "[INVALID_ID INVALID_DATE_RANGE]" {
		t.Errorf("a wrong filter: %s", codes)
	}
}

func TestJobsAreSeenByWhomTheirKindIsAllowed(t *testing.T) {
	api := reference(t)
	importing, exporting := startImport(t, api, owner(), values{"match": "NONE"}), startExport(t, api, owner(), values{})
	own := startExport(t, api, superUser(), values{})
	for _, test := range []struct {
		who  client.Identity
		sees []values
	}{
		{owner(), []values{own, exporting, importing}},
		{narrowed(client.Export), []values{own, exporting}},
		{narrowed(client.Import), []values{importing}},
		{narrowed(client.AllPermissions &^ client.Import &^ client.Export), nil},
		{superUser(), []values{own}},
		{staff(), nil},
		{account(1151035), nil},
	} {
		var ids, seen []any
		for _, job := range test.sees {
			ids = append(ids, job["jobId"])
		}
		for _, node := range api.MustDo(t, test.who, `{ jobs { nodes { jobId } } }`, nil)["jobs"].(values)["nodes"].([]any) {
			seen = append(seen, node.(values)["jobId"])
		}
		if fmt.Sprint(seen) != fmt.Sprint(ids) {
			t.Errorf("%s with %v sees %v, want %v", test.who.Role, test.who.Permissions.Names(), seen, ids)
		}
		for _, job := range []values{importing, exporting, own} {
			want := strings.Contains(fmt.Sprint(ids), job["jobId"].(string))
			found := api.MustDo(t, test.who, `query ($id: ID!, $global: ID!) { job(jobId: $id) { jobId } node(id: $global) { id } }`,
				values{"id": job["jobId"], "global": globalID(t, "Job", job["jobId"].(string))})
			if (found["job"] != nil) != want || (found["node"] != nil) != want {
				t.Errorf("%s with %v: job %v answers %v, want it seen: %t", test.who.Role, test.who.Permissions.Names(), job["jobId"], found, want)
			}
		}
	}
	uploader := narrowed(client.AllPermissions)
	if answer, _ := askFile(t, api, &uploader, http.MethodPut, importing["uploadPath"].(string), "", []byte(threeRows)); answer.StatusCode != http.StatusForbidden {
		t.Errorf("an upload to the job of another one: %d", answer.StatusCode)
	}
	for _, who := range []client.Identity{staff(), superUser(), account(1151035)} {
		if answer, _ := askFile(t, api, &who, http.MethodPut, importing["uploadPath"].(string), "", []byte(threeRows)); answer.StatusCode != http.StatusForbidden {
			t.Errorf("an upload by %s: %d", who.Role, answer.StatusCode)
		}
	}
	if answer, _ := askFile(t, api, nil, http.MethodHead, importing["uploadPath"].(string), "", nil); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("asked without a token: %d", answer.StatusCode)
	}
}

func TestJobsOfAnotherBusinessAreUnknown(t *testing.T) {
	api := reference(t)
	runJobs(t, api)
	stranger := apitest.Owner(sample.BusinessID + 1)
	waiting := startImport(t, api, owner(), values{"match": "NONE"})
	done := ended(t, api, owner(), startExport(t, api, owner(), values{}))
	for _, job := range []values{waiting, done} {
		found := api.MustDo(t, stranger, `query ($id: ID!) { job(jobId: $id) { jobId } jobs { nodes { jobId } } }`, values{"id": job["jobId"]})
		if found["job"] != nil || len(found["jobs"].(values)["nodes"].([]any)) > 0 {
			t.Errorf("another business sees %v", found)
		}
		if codes := fmt.Sprint(refusals(only(t, api.MustDo(t, stranger, cancelMutation, values{"id": job["jobId"]})))); codes != "[NOT_FOUND]" {
			t.Errorf("another business cancels a job: %s", codes)
		}
		told := event(t, stream(t.Context(), t, api, stranger, fmt.Sprintf("subscription { jobChanged(jobId: %q) { jobId } }", job["jobId"])))
		if !strings.Contains(told, `"code":"NOT_FOUND"`) {
			t.Errorf("another business watches a job: %s", told)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodHead} {
		if answer, _ := askFile(t, api, &stranger, method, waiting["uploadPath"].(string), "", []byte(threeRows)); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s of another business is answered %d", method, answer.StatusCode)
		}
	}
	told := event(t, stream(t.Context(), t, api, owner(), fmt.Sprintf("subscription { jobChanged(jobId: %q) { jobId state } }", done["jobId"])))
	if !strings.Contains(told, `"state":"DONE"`) {
		t.Errorf("the job is told of as %s", told)
	}
}

func TestLinkToAResultExpiresAndFitsNoOther(t *testing.T) {
	api := reference(t)
	runJobs(t, api)
	first := ended(t, api, owner(), startExport(t, api, owner(), values{}))
	second := ended(t, api, owner(), startExport(t, api, owner(), values{}))
	path := first["result"].(values)["path"].(string)
	_, token, _ := strings.Cut(path, "?token=")
	flipped := []byte(token)
	flipped[20] ^= 1
	for name, wrong := range map[string]string{
		"none": "/jobs/" + first["jobId"].(string) + "/result", "another job's": "/jobs/" + second["jobId"].(string) + "/result?token=" + token,
		"a changed one": "/jobs/" + first["jobId"].(string) + "/result?token=" + string(flipped),
	} {
		if answer, _ := askFile(t, api, nil, http.MethodGet, wrong, "", nil); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: answered %d", name, answer.StatusCode)
		}
	}
	later := apitest.Later(t, api, time.Now().Add(61*time.Minute))
	if answer, _ := askFile(t, later, nil, http.MethodGet, path, "", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("after an hour: answered %d", answer.StatusCode)
	}
	download(t, api, first)
}

func TestCancelledJobEndsAndKeepsWhatItBroughtIn(t *testing.T) {
	api := apitest.New(t)
	job := startImport(t, api, owner(), values{"match": "NONE"})
	upload(t, api, owner(), job, threeRows)
	cancelled := payload(t, api, owner(), cancelMutation, values{"id": job["jobId"]})["job"].(values)
	wantEnd(t, cancelled, "CANCELLED", nil)
	if left := len(collections(t, api, []string{"jobChunks"})["jobChunks"]); left != 0 {
		t.Errorf("%d chunks are left", left)
	}
	runJobs(t, api)
	other := startImport(t, api, owner(), values{"match": "NONE"})
	upload(t, api, owner(), other, threeRows)
	wantEnd(t, ended(t, api, owner(), other), "DONE", nil)
	again := payload(t, api, owner(), cancelMutation, values{"id": other["jobId"]})["job"].(values)
	wantEnd(t, again, "DONE", nil)
	if state := api.MustDo(t, owner(), jobQuery, values{"id": job["jobId"]})["job"].(values)["state"]; state != "CANCELLED" {
		t.Errorf("the cancelled job is %v", state)
	}
}

func TestJobFailsWhoseMakerLostThePermission(t *testing.T) {
	api := reference(t)
	job := startExport(t, api, owner(), values{})
	if _, err := api.Mongo.Collection("jobs").UpdateMany(t.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "permissions", Value: bson.A{"write"}}}}}); err != nil {
		t.Fatal(err)
	}
	runJobs(t, api)
	// Who sees exports sees that it failed.
	wantEnd(t, ended(t, api, owner(), job), "FAILED", "FORBIDDEN")
	importing := startImport(t, api, owner(), values{"match": "NONE"})
	less := owner()
	less.Permissions = client.Import
	upload(t, api, less, importing, threeRows)
	wantEnd(t, ended(t, api, owner(), importing), "DONE", nil)
}

func TestErasureRemovesFilesAndResultsThatMayHoldTheClient(t *testing.T) {
	api := reference(t)
	stop := runJobs(t, api)
	done := ended(t, api, owner(), startExport(t, api, owner(), values{}))
	path := done["result"].(values)["path"].(string)
	stop()
	uploaded := startImport(t, api, owner(), values{"match": "NONE"})
	upload(t, api, owner(), uploaded, threeRows)
	queued, waiting := startExport(t, api, owner(), values{}), startImport(t, api, owner(), values{"match": "NONE"})
	version := api.MustDo(t, owner(), `{ client(clientId: 4922146) { version } }`, nil)["client"].(values)["version"]
	payload(t, api, owner(), `mutation ($version: Int!) { eraseClient(clientId: 4922146, confirmClientId: 4922146, expectedVersion: $version) { userErrors { code message } } }`, values{"version": version})
	look := func(job values) values {
		return api.MustDo(t, owner(), jobQuery, values{"id": job["jobId"]})["job"].(values)
	}
	if now := look(done); now["state"] != "DONE" || now["result"] != nil || now["removedByErasure"] != true {
		t.Errorf("the export is %v", now)
	}
	if answer, _ := askFile(t, api, nil, http.MethodGet, path, "", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("the result is there still: %d", answer.StatusCode)
	}
	now := look(uploaded)
	if wantEnd(t, now, "FAILED", "CLIENT_ERASED"); now["removedByErasure"] != true {
		t.Errorf("the import is %v", now)
	}
	if left := len(collections(t, api, []string{"jobChunks"})["jobChunks"]); left != 0 {
		t.Errorf("%d chunks are left", left)
	}
	runJobs(t, api)
	after := ended(t, api, owner(), queued)
	if wantEnd(t, after, "DONE", nil); strings.Contains(download(t, api, after), "4922146") {
		t.Error("a file made after the erasure holds the client")
	}
	if now := look(waiting); now["state"] != "WAITING" || now["removedByErasure"] != false {
		t.Errorf("the import without a file is %v", now)
	}
}
