package transfer_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/sheet"
	"clientgraph/internal/store"
	"clientgraph/internal/transfer"
)

const plainHeader = "firstName,lastName,emailAddress\n"

// live returns the live clients of a business, ordered by id.
func live(t *testing.T, api *apitest.API, business int64) []*client.Client {
	t.Helper()
	found, err := api.Store.Clients(t.Context(), apitest.OwnerScope(business), store.Query{Need: client.SelectAll()})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// told returns the clients' names, each with another property.
func told(clients []*client.Client, more func(*client.Client) *string) []string {
	var all []string
	for _, c := range clients {
		text := *c.FullName()
		if value := more(c); value != nil {
			text += " " + *value
		}
		all = append(all, text)
	}
	return all
}

func city(c *client.Client) *string { return c.City }

// TestImportNamesRowColumnAndCodeOfWhatIsWrong: a bad row does not affect the others, and
// of a file that can't be read to its end nothing is imported.
func TestImportNamesRowColumnAndCodeOfWhatIsWrong(t *testing.T) {
	long := strings.Repeat("x", sheet.MaxCell+1)
	good := "Ann,A,a@b.com\n"
	for name, c := range map[string]struct {
		file    string
		options transfer.ImportOptions
		want    []string
		created int64
		fails   bool
	}{
		"ragged":              {plainHeader + "Ann,A\n" + good + "Ann,A,a@b.com,\n", transfer.ImportOptions{}, []string{"2  RAGGED_ROW", "4  RAGGED_ROW"}, 1, false},
		"rules":               {plainHeader + ",A,x\n" + good, transfer.ImportOptions{}, []string{"2 emailAddress INVALID_EMAIL", "2 firstName REQUIRED"}, 1, false},
		"a long cell":         {plainHeader + "Ann," + long + ",a@b.com\n" + good, transfer.ImportOptions{}, []string{"2 lastName TOO_LONG"}, 1, false},
		"a stray quote":       {plainHeader + "\"Ann\"x,A,a@b.com\n" + good, transfer.ImportOptions{}, []string{"2 firstName STRAY_QUOTE"}, 1, false},
		"control characters":  {plainHeader + "A\x01,A,a@b.com\n" + good, transfer.ImportOptions{}, []string{"2 firstName INVALID_CHARACTERS"}, 1, false},
		"an unclosed quote":   {plainHeader + good + "Ann,\"A,a@b.com\n" + good, transfer.ImportOptions{}, []string{"3 lastName UNCLOSED_QUOTE"}, 0, true},
		"empty":               {"", transfer.ImportOptions{}, []string{"0  EMPTY_FILE"}, 0, true},
		"unknown columns":     {"firstName,Fav colour,password\n", transfer.ImportOptions{}, []string{"1 Fav colour UNKNOWN_COLUMN", "1 password UNKNOWN_COLUMN"}, 0, true},
		"left out":            {"Fav colour," + plainHeader + "red," + good, transfer.ImportOptions{Mapping: transfer.Mapping{"*": ""}}, nil, 1, false},
		"two for one":         {"firstName,Given Name,lastName\n", transfer.ImportOptions{}, []string{"1 Given Name DUPLICATE_COLUMN"}, 0, true},
		"mapped to none":      {plainHeader, transfer.ImportOptions{Mapping: transfer.Mapping{"firstName": "nothing"}}, []string{"1 firstName UNKNOWN_COLUMN"}, 0, true},
		"mapped and missing":  {plainHeader, transfer.ImportOptions{Mapping: transfer.Mapping{"Fax": ""}}, []string{"1 Fax MISSING_COLUMN"}, 0, true},
		"no key column":       {plainHeader, transfer.ImportOptions{Match: transfer.MatchExternalUserName}, []string{"1 externalUserName MISSING_COLUMN"}, 0, true},
		"a key twice":         {plainHeader + good + "Bea,B,A@B.com\n", transfer.ImportOptions{Match: transfer.MatchEmailAddress}, []string{"3 emailAddress DUPLICATE_KEY"}, 1, false},
		"no key":              {plainHeader + "Ann,A,\n", transfer.ImportOptions{Match: transfer.MatchEmailAddress}, []string{"2 emailAddress INVALID_EMAIL"}, 0, false},
		"an own id twice":     {"clientId," + plainHeader + "1," + good + "1," + good, transfer.ImportOptions{}, []string{"3 clientId DUPLICATE_KEY"}, 1, false},
		"an unknown id":       {"clientId,city\n12,X\n", transfer.ImportOptions{Match: transfer.MatchClientID}, []string{"2 clientId NOT_FOUND"}, 0, false},
		"no id":               {"clientId,city\nx,X\n", transfer.ImportOptions{Match: transfer.MatchClientID}, []string{"2 clientId INVALID_ID"}, 0, false},
		"deleted":             {"deleted," + plainHeader + "true," + good + "false," + good, transfer.ImportOptions{}, []string{"2 deleted CLIENT_DELETED"}, 1, false},
		"edges to nobody":     {"clientId,viewed," + plainHeader + "1,2;3," + good + "2,," + good, transfer.ImportOptions{Mapping: transfer.Mapping{"viewed": "clientIdsClientCanView"}}, []string{"2 viewed NOT_FOUND"}, 2, false},
		"types":               {"latitude,dateOfBirth,blocked,tags," + plainHeader + "north,1.2.93,perhaps,ok;," + good, transfer.ImportOptions{}, []string{"2 blocked INVALID_TYPE", "2 dateOfBirth INVALID_DATE", "2 latitude INVALID_TYPE"}, 0, false},
		"an entry of a list":  {"excludeEmailCategoryIdList," + plainHeader + "1;x," + good, transfer.ImportOptions{}, []string{"2 excludeEmailCategoryIdList INVALID_ID"}, 0, false},
		"another quote":       {plainHeader + "5\" Ann,A,a@b.com\n", transfer.ImportOptions{}, nil, 1, false},
		"JSON":                {`{"firstName":"Ann","lastName":"A","emailAddress":"a@b.com"}` + "\n\n{\n[]\n" + `{"firstName":1,"surname":"A","Surname":"B","Fax":2}`, transfer.ImportOptions{Format: transfer.JSONL}, []string{"3  INVALID_JSON", "4  INVALID_JSON", "5 Surname DUPLICATE_COLUMN", "5 Fax UNKNOWN_COLUMN", "5 firstName INVALID_TYPE"}, 1, false},
		"a long line of JSON": {`{"firstName":"` + long + `"}` + "\n" + `{"firstName":"Ann","lastName":"A","emailAddress":"a@b.com"}`, transfer.ImportOptions{Format: transfer.JSONL}, []string{"1  TOO_LONG"}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			api := apitest.New(t)
			dry := c.options
			dry.DryRun = true
			_, wanted, _ := problems(t, api, 1, c.file, dry)
			if diff := gocmp.Diff(c.want, wanted); diff != "" {
				t.Errorf("a dry run (-want +got):\n%s", diff)
			}
			if made := live(t, api, 1); made != nil {
				t.Errorf("a dry run made %d clients", len(made))
			}
			summary, wrong, err := problems(t, api, 1, c.file, c.options)
			if diff := gocmp.Diff(c.want, wrong); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (err != nil) != c.fails || summary.Created != c.created || len(live(t, api, 1)) != int(c.created) {
				t.Errorf("%+v, %d clients, %v", summary.ImportCounts, len(live(t, api, 1)), err)
			}
		})
	}
}

// TestImportReadsEveryEncodingAlike.
func TestImportReadsEveryEncodingAlike(t *testing.T) {
	const file = "firstName;lastName;emailAddress;city\nZoë;“Ø”;z@b.com;€\n"
	little, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	big, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	latin, err := charmap.Windows1252.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	api := apitest.New(t)
	for i, written := range []string{file, "\ufeff" + file, little, big, latin, strings.ReplaceAll(file, ";", "\t"), strings.ReplaceAll(file, "\n", "\r\n")} {
		business := int64(i + 1)
		if _, wrong, err := problems(t, api, business, written, transfer.ImportOptions{}); err != nil || wrong != nil {
			t.Errorf("file %d: %v %v", i, wrong, err)
		}
		if got := told(live(t, api, business), city); !slices.Equal(got, []string{"Zoë “Ø” €"}) {
			t.Errorf("file %d: %q", i, got)
		}
	}
}

// TestImportKnowsTheColumnsOfOtherSystems, and of the business's custom fields.
func TestImportKnowsTheColumnsOfOtherSystems(t *testing.T) {
	for name, header := range map[string]string{
		"Google":  "First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Nickname,File As,Organization Name,Organization Title,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Website 1 - Value",
		"Outlook": "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Home Street,Home City,Home State,Home Postal Code,Home Country/Region,Business Fax,Business Phone,Home Phone,Mobile Phone,Birthday,Categories,E-mail Address,E-mail Type,E-mail Display Name,Gender,Notes,Spouse,Web Page",
		"Square":  "Reference ID,First Name,Last Name,Email Address,Phone Number,Nickname,Company Name,Street Address 1,Street Address 2,City,State,Postal Code,Birthday,Memo,Square Customer ID,Creation Source,First Visit,Last Visit,Transaction Count,Lifetime Spend,Email Subscription Status,Instant Profile",
		"Shopify": "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags",
		"ours":    "first_name,LAST NAME,e-mail address,Shoe size,field: Town,field: Shoe size (cm)",
	} {
		api := apitest.New(t)
		if err := api.Store.PutDefinitions(t.Context(), []client.FieldDefinition{
			{BusinessID: 1, DefinitionID: 1, Label: "Shoe size", Type: client.FieldNumber, Version: 1},
			{BusinessID: 1, DefinitionID: 2, Label: "Town", Type: client.FieldText, PropertyCode: new("city"), Version: 1},
			{BusinessID: 1, DefinitionID: 3, Label: "Shoe size (cm)", Type: client.FieldNumber, Version: 1},
		}); err != nil {
			t.Fatal(err)
		}
		columns := strings.Split(header, ",")
		cells := make([]string, len(columns))
		var email string
		_, wrong, err := problems(t, api, 1, header+"\n"+strings.Join(cells, ",")+"\n", transfer.ImportOptions{DryRun: true, Begun: func(b transfer.Begun) {
			for _, m := range b.Mapped {
				if m.Column == client.NameEmailAddress {
					email = m.Header
				}
				if name == "ours" && m.Column == "" {
					t.Errorf("%q is left out", m.Header)
				}
			}
		}})
		if err != nil || email == "" || slices.ContainsFunc(wrong, func(problem string) bool { return strings.HasPrefix(problem, "1 ") }) {
			t.Errorf("%s: %v %v, the address is in %q", name, wrong, err, email)
		}
	}
}

// TestImportChangesWhomTheKeyFinds, and only the properties that the row has.
func TestImportChangesWhomTheKeyFinds(t *testing.T) {
	api := apitest.New(t)
	file := "firstName,lastName,emailAddress,externalUserName,city\nAnn,A,a@b.com,ann,Graz\nBea,B,b@b.com,bea,Wien\n"
	if _, wrong, err := problems(t, api, 1, file, transfer.ImportOptions{}); err != nil || wrong != nil {
		t.Fatal(wrong, err)
	}
	ann := live(t, api, 1)[0]
	for match, header := range map[transfer.Match]string{
		transfer.MatchEmailAddress: "emailAddress,firstName,lastName,city\n A@B.com ,,,%s\nnew@b.com,New,N,\n", transfer.MatchExternalUserName: "externalUserName,city,firstName,lastName,emailAddress\nann,%s,,,\nother,,New,N,x@b.com\n",
		transfer.MatchClientID: "clientId,city\n" + fmt.Sprint(ann.ClientID) + ",%s\n",
	} {
		file := fmt.Sprintf(header, match)
		for _, want := range []store.ImportCounts{{Changed: 1}, {Left: 1}} {
			// The second row creates a client, and the next one leaves it.
			if strings.Count(file, "\n") == 3 {
				want.Created, want.Left = want.Changed, 2*want.Left
			}
			for _, dry := range []bool{true, false} {
				summary, wrong, err := problems(t, api, 1, file, transfer.ImportOptions{Match: match, DryRun: dry, Again: true})
				if err != nil || wrong != nil || summary.ImportCounts != want {
					t.Errorf("%s, dry %v: %+v, want %+v; %v %v", match, dry, summary.ImportCounts, want, wrong, err)
				}
			}
		}
		if got := told(live(t, api, 1), city)[:2]; !slices.Equal(got, []string{"Ann A " + string(match), "Bea B Wien"}) {
			t.Errorf("%s: %q", match, got)
		}
	}
}

// TestImportOfSeveralMatchesDoesAsItIsTold.
func TestImportOfSeveralMatchesDoesAsItIsTold(t *testing.T) {
	api := apitest.New(t)
	if _, wrong, err := problems(t, api, 1, plainHeader+"Ann,A,a@b.com\nBea,B,a@b.com\nCid,C,a@b.com\n", transfer.ImportOptions{}); err != nil || wrong != nil {
		t.Fatal(wrong, err)
	}
	file := "emailAddress,city\na@b.com,Graz\n"
	for several, want := range map[writing.Several]store.ImportCounts{writing.RefuseSeveral: {Refused: 1}, writing.LeaveSeveral: {Left: 1}, writing.ChangeOldest: {Changed: 1}} {
		summary, wrong, err := problems(t, api, 1, file, transfer.ImportOptions{Match: transfer.MatchEmailAddress, Several: several})
		if err != nil || summary.ImportCounts != want || slices.Equal(wrong, []string{"2 emailAddress AMBIGUOUS_KEY"}) != (several == writing.RefuseSeveral) {
			t.Errorf("%s: %+v %v %v", several, summary.ImportCounts, wrong, err)
		}
	}
	if got := told(live(t, api, 1), city); !slices.Equal(got, []string{"Ann A Graz", "Bea B", "Cid C"}) {
		t.Errorf("%q", got)
	}
}

// TestImportedFileIsNotImportedTwice, unless Again is set.
func TestImportedFileIsNotImportedTwice(t *testing.T) {
	api := apitest.New(t)
	file := plainHeader + "Ann,A,a@b.com\n"
	for _, c := range []struct {
		again, before bool
		clients       int
	}{{false, false, 1}, {false, true, 1}, {true, false, 2}, {false, true, 2}} {
		summary, _, err := problems(t, api, 1, file, transfer.ImportOptions{Again: c.again})
		if err != nil || summary.DoneBefore != c.before || summary.Created != 1 || len(live(t, api, 1)) != c.clients {
			t.Errorf("%+v: %+v, %d clients, %v", c, summary, len(live(t, api, 1)), err)
		}
	}
	// With other options the same file is another import.
	if summary, _, err := problems(t, api, 1, file, transfer.ImportOptions{Match: transfer.MatchEmailAddress}); err != nil || summary.DoneBefore || summary.Refused != 1 {
		t.Errorf("%+v %v", summary, err)
	}
}

// cut is a file that can't be read after some byte, from its third pass on.
type cut struct {
	*strings.Reader
	passes int
	at     int64
}

func (c *cut) Seek(offset int64, whence int) (int64, error) {
	c.passes++
	return c.Reader.Seek(offset, whence)
}

func (c *cut) Read(p []byte) (int, error) {
	// The first passes survey the file, the next one imports it.
	if left := c.at - (c.Size() - int64(c.Len())); c.passes > 2 {
		if left <= 0 {
			return 0, io.ErrUnexpectedEOF
		}
		p = p[:min(int64(len(p)), left)]
	}
	return c.Reader.Read(p)
}

// TestImportGoesOnWhereItStopped: each row is imported once, and each edge.
func TestImportGoesOnWhereItStopped(t *testing.T) {
	api := apitest.New(t)
	var file strings.Builder
	file.WriteString("clientId,notes,clientIdsClientCanView," + plainHeader)
	const rows = 150
	for i := range rows {
		fmt.Fprintf(&file, "%d,%s,%d,Ann,A%d,a%d@b.com\n", i, strings.Repeat("word ", 200), (i+1)%rows, i, i)
	}
	for at := int64(0); at < int64(file.Len()); at += int64(file.Len()) / 3 {
		_, err := transfer.ImportClients(t.Context(), api.Service.Writes, apitest.OwnerScope(1), &cut{Reader: strings.NewReader(file.String()), at: at}, transfer.ImportOptions{Format: transfer.CSV, Match: transfer.MatchNone})
		if err == nil {
			t.Fatal("the file was read to its end")
		}
	}
	if made := len(live(t, api, 1)); made == 0 || made >= rows {
		t.Errorf("%d clients were made: this checks nothing", made)
	}
	summary, wrong, err := problems(t, api, 1, file.String(), transfer.ImportOptions{})
	if err != nil || wrong != nil || summary.Created != rows || summary.Edges != rows {
		t.Errorf("%+v %v %v", summary, wrong, err)
	}
	made := live(t, api, 1)
	for i, c := range made {
		if len(made) != rows || *c.LastName != fmt.Sprintf("A%d", i) || !slices.Equal(c.SubjectIDs, []int64{made[(i+1)%rows].ClientID}) {
			t.Fatalf("client %d of %d: %s sees %v", i, len(made), *c.LastName, c.SubjectIDs)
		}
	}
}

// TestRowsThatFindOneClientAreAllBroughtIn, though their keys differ: one is an alias.
func TestRowsThatFindOneClientAreAllBroughtIn(t *testing.T) {
	api := apitest.New(t)
	if _, wrong, err := problems(t, api, 1, plainHeader+"Ann,A,a@b.com\nAnn,A,b@b.com\n", transfer.ImportOptions{}); err != nil || wrong != nil {
		t.Fatal(wrong, err)
	}
	made := live(t, api, 1)
	if _, err := api.Service.Merge(t.Context(), apitest.OwnerScope(1), merging.MergeArgs{ClientID: made[0].ID(), ClientIDs: []client.ID{made[1].ID()}}); err != nil {
		t.Fatal(err)
	}
	file := "emailAddress,city,county\na@b.com,Graz,\nb@b.com,,Styria\n"
	summary, wrong, err := problems(t, api, 1, file, transfer.ImportOptions{Match: transfer.MatchEmailAddress})
	if err != nil || wrong != nil || summary.Changed != 2 {
		t.Fatalf("%+v %v %v", summary.ImportCounts, wrong, err)
	}
	got := live(t, api, 1)
	if len(got) != 1 || *got[0].City != "Graz" || *got[0].County != "Styria" || *got[0].EmailAddress != "a@b.com" || got[0].Version != 4 {
		t.Errorf("%+v", got[0])
	}
}
