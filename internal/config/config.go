// Package config defines the command line: its commands, their flags, and the environment
// variables for them.
package config

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"clientgraph/internal/client"
)

// Config is a parsed command line. kong has selected its command.
type Config struct {
	Serve      Serve      `cmd:"" help:"Serve the API."`
	Token      Token      `cmd:"" help:"Print a development token."`
	Seed       Seed       `cmd:"" help:"Add generated clients to a business."`
	Import     Import     `cmd:"" help:"Import a file of clients or of scheduler data."`
	Export     Export     `cmd:"" help:"Export clients as CSV or JSON Lines."`
	Indexes    Indexes    `cmd:"" help:"Create the database's indexes and list them; on a cluster, shard its collections."`
	Migrate    Migrate    `cmd:"" help:"Convert stored data of earlier versions, once all servers have this version. They may run meanwhile. After an interruption, run it again to continue."`
	Doctor     Doctor     `cmd:"" help:"Check the flags, keys, tokens and database of a server, and say what to do; it changes nothing. Exit code 1 if something must be mended."`
	Effective  Effective  `cmd:"" name:"config" help:"Print the flags of serve in force, and the origin of each."`
	Completion Completion `cmd:"" help:"Print a script that lets a shell complete the command line."`
	Keyset     Keyset     `cmd:"" help:"Print a new key ring for social security numbers in clear text: store it in a file that only the server can read, apart from backups of the database."`
	Version    Version    `cmd:"" help:"Print the version."`

	settings []Setting
}

// DefaultDataDir is the default folder of the embedded database and of development keys.
const DefaultDataDir = ".data"

// Database says which database to use.
type Database struct {
	MongoDBURI string `name:"mongodb-uri" env:"MONGODB_URI" placeholder:"URI" help:"MongoDB to use; without it an embedded one is started."`
	APIStrict  bool   `name:"mongodb-api-strict" help:"Use only MongoDB's Stable API, version 1: servers then refuse other commands (apiStrict). --shard and --zone are not in it."`
	Database   string `default:"clientgraph" help:"Name of the database."`
	DataDir    string `default:"${dataDir}" help:"Folder of the embedded database and of development keys."`
	CacheMiB   int    `name:"cache-mib" placeholder:"MIB" help:"Memory for the cache of the embedded database, in MiB; by default a quarter of the machine's or the container's, at least 256. The setting of the process that starts the database counts."`
}

// Serve is the command that serves the API.
type Serve struct {
	Database
	Listen string `default:"127.0.0.1:8080" help:"Address and port; port 0 takes a free one."`
	Sample bool   `help:"Load sample clients into an empty database."`
	Tokens
	HTTP
	Operations
	Limits        `group:"Limits:"`
	Connections   `group:"Limits:"`
	SchemaFile    bool   `help:"Serve the schema at /schema.graphql without a token, outside development too."`
	SSNKeysetFile string `name:"ssn-keyset-file" placeholder:"FILE" help:"Key ring (tink) that encrypts social security numbers; the command keyset prints a new one, development mode makes its own."`
	SSNKeyset     string `name:"ssn-keyset" hidden:"" help:"The key ring itself."`
	Introspection bool   `help:"Allow callers to read the schema outside development too."`
	Federation    bool   `help:"Be a subgraph for routers of Apollo Federation 2. Every caller with a token can then read the schema, whatever --introspection says."`
	Plan          string `enum:"on,off" default:"on" help:"on answers clients by plans, a whole level at a time; off answers field by field, with the same result at several times the cost."`
	PrivateHooks  bool   `name:"webhooks-private-addresses" help:"Allow webhooks with http URLs and with addresses that are not public: this machine's, and those of private networks. Users who may create webhooks can then make the server call these."`
	LogLevel      string `enum:"debug,info,warn,error" default:"info" help:"Lowest level that is logged: debug, info, warn or error. PUT /loglevel on --metrics-listen changes it."`
	LogFormat     string `enum:"json,text" default:"json" help:"Format of log lines: json or text."`
	Telemetry     `group:"Telemetry:"`
}

// Tokens says how tokens are verified. Without any of the three keys the server runs in
// development mode.
type Tokens struct {
	JWTPublicKey string        `name:"jwt-public-key" placeholder:"FILE" xor:"keys" help:"PEM file with the public key that verifies tokens. Without this and the next two flags the server runs in development mode."`
	JWKSURL      string        `name:"jwks-url" placeholder:"URL" xor:"keys" help:"URL of the issuer's keys (JSON Web Key Set): https, or http on this machine. It is read again while the server runs."`
	JWKSFile     string        `name:"jwks-file" placeholder:"FILE" xor:"keys" help:"File with the issuer's keys (JSON Web Key Set). It is read again when it changes."`
	JWTIssuer    string        `name:"jwt-issuer" help:"Issuer that tokens must name."`
	JWTAudience  string        `name:"jwt-audience" help:"Audience that tokens must name."`
	JWTLeeway    time.Duration `name:"jwt-leeway" default:"30s" help:"How far the issuer's clock may differ."`
}

// Development says whether no key for tokens is configured.
func (t Tokens) Development() bool {
	return t.JWTPublicKey == "" && t.JWKSURL == "" && t.JWKSFile == ""
}

// HTTP configures the server for browsers and the network.
type HTTP struct {
	TLSCert    string   `name:"tls-cert" placeholder:"FILE" and:"tls" help:"PEM file with the certificate for https, followed by intermediate ones. It is read again when it changes."`
	TLSKey     string   `name:"tls-key" placeholder:"FILE" and:"tls" help:"PEM file of the certificate's private key."`
	HSTS       bool     `name:"hsts" help:"Tell browsers to use only https for this host, for servers behind a proxy that terminates TLS. With --tls-cert they are always told."`
	CORSOrigin []string `name:"cors-origin" placeholder:"ORIGIN" help:"Origin whose pages may call the API, such as https://app.example.com; may be repeated. * allows all."`
	Playground bool     `help:"Serve the playground outside development too; it has no token there."`
	Console    bool     `help:"Serve the console, /console, outside development too; people paste a token there."`
}

// Token is the command that prints a development token.
type Token struct {
	Role            client.Role   `required:"" enum:"OWNER,ADMIN,LOCATION_SUPER_USER,STAFF,CLIENT" help:"OWNER, ADMIN, LOCATION_SUPER_USER, STAFF or CLIENT."`
	Business        int64         `default:"43111" help:"Business that the bearer belongs to."`
	User            string        `default:"developer" help:"User name of the bearer."`
	StaffID         int64         `name:"staff-id" help:"For STAFF: the id of the staff member."`
	LocationID      []int64       `name:"location-id" help:"For LOCATION_SUPER_USER: the id of a location; may be repeated."`
	ClientAccountID int64         `name:"client-account-id" help:"For CLIENT: the id of the client account."`
	Permission      []string      `help:"Narrow what the role may do to this permission; may be repeated."`
	TTL             time.Duration `name:"ttl" default:"12h" help:"How long the token is valid."`
	DataDir         string        `default:"${dataDir}" help:"Folder of the development key."`
}

// Seed is the command that adds generated clients.
type Seed struct {
	Database
	Clients  int    `required:"" help:"How many clients to add."`
	Business int64  `default:"43111" help:"Business of the clients."`
	Seed     uint64 `default:"1" help:"Seed of the random data: the same number gives the same clients."`
}

// Import is the command that imports a file.
type Import struct {
	Database
	File     string `arg:"" name:"file" help:"The file: FILE.csv, with the names of the columns in its first line, or FILE.jsonl, with one object in each line. The names are those of the schema's inputs; for clients also custom fields, and names that other systems use."`
	Kind     string `required:"" enum:"clients,appointments,locationGroups,forms" help:"Kind of the entries: clients, appointments, locationGroups or forms."`
	DryRun   bool   `help:"Check everything and write nothing."`
	Business int64  `default:"43111" help:"Business that the data belong to."`
	Clients  `group:"Import of clients:"`
}

// Clients says how to import a file of clients.
type Clients struct {
	Match         string   `enum:",none,clientId,externalUserName,emailAddress" default:"" help:"Key that finds the client of a row: clientId, externalUserName or emailAddress. A row without a match creates a client, except by clientId. With none every row creates a client. Required."`
	Several       string   `enum:"error,leave,oldest" default:"error" help:"What to do with a row that matches several clients: error, leave (change none), oldest (change the one with the lowest id)."`
	Map           []string `sep:"none" placeholder:"HEADER=COLUMN" help:"Column that a header of the file is, such as \"Mobile=cellPhone\" or \"Shoe size=field: Size\"; \"Fax=\" leaves it out, \"*=\" all that nothing is known of. May be repeated."`
	Dates         string   `placeholder:"FORM" help:"Format of dates in the file, with YYYY, MM or M, and DD or D, such as DD.MM.YYYY; by default YYYY-MM-DD."`
	ListSeparator string   `default:";" help:"Character between the entries of a list in one cell."`
	Encoding      string   `enum:",utf-8,utf-16le,utf-16be,windows-1252" default:"" help:"Encoding of the file: utf-8, utf-16le, utf-16be or windows-1252; by default it is detected."`
	Delimiter     string   `enum:",comma,semicolon,tab,pipe" default:"" help:"Delimiter between cells: comma, semicolon, tab or pipe; by default it is detected."`
	Errors        string   `placeholder:"FILE" help:"File for the errors of rows, as CSV: row, column, code, message; by default the standard output."`
	Again         bool     `help:"Import a file that was imported before once more."`
}

// Export is the command that exports clients.
type Export struct {
	Database
	Kind     string `required:"" enum:"clients" help:"What to export: clients."`
	Format   string `enum:"csv,jsonl" default:"csv" help:"csv, with the names of the columns in the first line and cells that no spreadsheet executes, or jsonl, with one object in each line."`
	Filter   string `placeholder:"JSON" help:"Which clients: a ClientReportFilter of the schema, such as {\"tagsList\": [\"VIP\"]}; all that are not deleted unless given."`
	Output   string `placeholder:"FILE" help:"File to write; by default the standard output."`
	Business int64  `default:"43111" help:"Business of the clients."`
}

// Indexes is the command that creates the indexes.
type Indexes struct {
	Database
	DropUnused bool   `help:"Drop indexes of earlier versions that this one does not use, and recreate those that it defines differently. Other indexes stay."`
	Shard      bool   `help:"On a sharded cluster, shard the large collections by business."`
	Zone       []Zone `placeholder:"NAME=FROM-TO" help:"On a sharded cluster, keep the documents of a business, or of a range of them, on the shards of a zone, such as large=43111 or eu=1-9999; may be repeated."`
}

// Migrate is the command that converts stored data of earlier versions.
type Migrate struct{ Database }

// Zone is a range of businesses with the zone of a cluster for them.
type Zone struct {
	Name     string
	From, To int64
}

// UnmarshalText is called by kong.
func (z *Zone) UnmarshalText(text []byte) error {
	name, businesses, named := strings.Cut(string(text), "=")
	first, last, ranged := strings.Cut(businesses, "-")
	if !ranged {
		last = first
	}
	from, err := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	if !named || name == "" || err != nil || err2 != nil || from < 1 || to < from {
		return errors.New("want the name of a zone and a business, or the first and the last of some, such as large=43111 or eu=1-9999")
	}
	*z = Zone{Name: name, From: from, To: to}
	return nil
}

// Keyset is the command that prints a key ring for --ssn-keyset-file.
type Keyset struct{}

// Doctor is the command that checks the configuration and the database.
type Doctor struct {
	Serve
	TokenFile string `name:"tokens" placeholder:"FILE" help:"File of access tokens, one in each line; - is the standard input. Prints the claims of each, and why it is refused."`
}

// Effective is the command that prints the settings in force.
type Effective struct{ Serve }

// Completion is the command that prints a shell's completion script.
type Completion struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Version is the command that prints the version.
type Version struct{}

// Parse parses a command line. The command is its first word. A *kong.ParseError is an
// error of the user.
func Parse(args []string, options ...kong.Option) (cfg Config, command string, err error) {
	parser, err := newParser(&cfg, options...)
	if err != nil {
		return Config{}, "", err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return Config{}, "", err
	}
	cfg.settings = settings(parsed)
	return cfg, parsed.Command(), nil
}

func newParser(cfg *Config, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(cfg, append([]kong.Option{
		kong.Name("clientgraph"),
		kong.Description("A GraphQL API over the clients of businesses that take appointments."),
		kong.UsageOnError(),
		kong.Vars{"dataDir": DefaultDataDir},
		// Every flag has an environment variable: CLIENTGRAPH_LOG_LEVEL for --log-level.
		kong.DefaultEnvars("CLIENTGRAPH"),
	}, options...)...)
}
