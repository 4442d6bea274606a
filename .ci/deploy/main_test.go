// Package deploy checks the files below deploy/ with the libraries of those who
// read them: Prometheus for alerts and dashboards, Compose for compose.yaml. It is a
// module of its own, whose dependencies stay out of the program's.
package deploy

import (
	"bufio"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

const root = "../.."

// standard are the metrics, with their labels, that Prometheus's libraries show of
// every program.
func standard() map[string][]string {
	return map[string][]string{
		"go_gc_gomemlimit_bytes": nil, "go_goroutines": nil, "process_cpu_seconds_total": nil, "process_max_fds": nil, "process_open_fds": nil,
		"process_resident_memory_bytes": nil, "process_start_time_seconds": nil,
	}
}

// shown are the metrics that the server shows, with their labels, as
// docs/metrics.md lists them, which is generated from the program.
func shown(t *testing.T) map[string][]string {
	t.Helper()
	file, err := os.Open(filepath.Join(root, "docs/metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	row := regexp.MustCompile("^\\| `(clientgraph_\\w+)` \\| (counter|gauge|histogram) \\| (.*?) \\|")
	names := standard()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		found := row.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		var labels []string
		for label := range strings.SplitSeq(found[3], ", ") {
			labels = append(labels, strings.Trim(label, "`"))
		}
		if found[2] != "histogram" {
			names[found[1]] = labels
			continue
		}
		names[found[1]+"_sum"], names[found[1]+"_count"], names[found[1]+"_bucket"] = labels, labels, append([]string{"le"}, labels...)
	}
	if len(names) < 20 {
		t.Fatalf("docs/metrics.md lists %d metrics", len(names))
	}
	return names
}

// check holds an expression to metrics and labels that there are.
func check(t *testing.T, where, expression string, names map[string][]string) {
	t.Helper()
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expression)
	if err != nil {
		t.Errorf("%s: %v", where, err)
		return
	}
	used := 0
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		used++
		labels, known := names[selector.Name]
		if !known {
			t.Errorf("%s: the server shows no metric %q", where, selector.Name)
		}
		for _, matcher := range selector.LabelMatchers {
			if !slices.Contains(labels, matcher.Name) && matcher.Name != model.MetricNameLabel && matcher.Name != "instance" {
				t.Errorf("%s: %s has no label %q", where, selector.Name, matcher.Name)
			}
		}
		return nil
	})
	if used == 0 {
		t.Errorf("%s: it asks for no metric", where)
	}
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		aggregate, ok := node.(*parser.AggregateExpr)
		if !ok {
			return nil
		}
		for _, label := range aggregate.Grouping {
			if label != "instance" && !strings.Contains(expressionLabels(aggregate.Expr, names), " "+label+" ") {
				t.Errorf("%s: nothing in %s has a label %q", where, aggregate.Expr, label)
			}
		}
		return nil
	})
}

// expressionLabels are the labels of all metrics in an expression, with spaces
// around each.
func expressionLabels(expression parser.Expr, names map[string][]string) string {
	all := " "
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			all += strings.Join(names[selector.Name], " ") + " "
		}
		return nil
	})
	return all
}

// alerts are the rules of the file.
func alerts(t *testing.T) []rulefmt.Rule {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "deploy/prometheus/alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	groups, errs := rulefmt.Parse(content, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var rules []rulefmt.Rule
	for _, group := range groups.Groups {
		rules = append(rules, group.Rules...)
	}
	return rules
}

func TestAlertsAskForMetricsThatTheServerShows(t *testing.T) {
	names := shown(t)
	for _, rule := range alerts(t) {
		check(t, rule.Alert, rule.Expr, names)
	}
}

func TestEveryAlertHasARunbook(t *testing.T) {
	runbooks, err := os.ReadFile(filepath.Join(root, "docs/operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range alerts(t) {
		anchor := "docs/operations.md#" + strings.ToLower(rule.Alert)
		if rule.Annotations["runbook"] != anchor || !strings.Contains(string(runbooks), "\n### "+rule.Alert+"\n") {
			t.Errorf("%s: let its runbook be %s, and be there", rule.Alert, anchor)
		}
		if severity := rule.Labels["severity"]; severity != "page" && severity != "ticket" {
			t.Errorf("%s has severity %q", rule.Alert, severity)
		}
	}
}

func TestDashboardAsksForMetricsThatTheServerShows(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "deploy/grafana/clientgraph.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(content, &dashboard); err != nil {
		t.Fatal(err)
	}
	names := shown(t)
	variables := strings.NewReplacer("$__rate_interval", "1m", "$instance", ".*")
	panels := 0
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			panels++
			check(t, panel.Title, variables.Replace(target.Expr), names)
		}
	}
	if panels < 30 {
		t.Errorf("the dashboard asks %d questions", panels)
	}
}

func TestComposeFileIsValid(t *testing.T) {
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, "deploy/compose/compose.yaml")},
		cli.WithEnv([]string{"JWT_ISSUER=https://issuer.example", "JWT_AUDIENCE=clientgraph"}), cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mongo1", "mongo2", "mongo3", "server1", "server2"} {
		if _, err := project.GetService(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"server1", "server2"} {
		service, err := project.GetService(name)
		if err != nil || !service.ReadOnly || !slices.Contains(service.CapDrop, "ALL") {
			t.Errorf("%s can write to its image or has rights: %v", name, err)
		}
		if service.Build == nil || service.Build.Dockerfile == "" {
			t.Errorf("%s is not built of this project", name)
			continue
		}
		if _, err := os.Stat(filepath.Join(service.Build.Context, service.Build.Dockerfile)); err != nil {
			t.Error(err)
		}
	}
}
