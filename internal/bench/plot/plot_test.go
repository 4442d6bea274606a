package plot_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"clientgraph/internal/bench/plot"
)

func elements(t *testing.T, svg string) map[string]int {
	t.Helper()
	counted := map[string]int{}
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return counted
		}
		if err != nil {
			t.Fatalf("%v: %s", err, svg)
		}
		if start, isStart := token.(xml.StartElement); isStart {
			counted[start.Name.Local]++
		}
	}
}

func TestBarsAreWellFormedAndOneEach(t *testing.T) {
	t.Parallel()
	svg := plot.Bars(`a < b & "c"`, []plot.Group{
		{Title: "one", Bars: []plot.Bar{{Label: "<us>", Value: 3, Ours: true}, {Label: "they", Value: 30}, {Label: "nothing"}}},
		{Title: "none"},
	})
	if got := elements(t, svg)["rect"]; got != 1+3 {
		t.Errorf("%d rectangles, want the ground and 3 bars", got)
	}
}

func TestLinesAreWellFormedAndInsideTheirFrame(t *testing.T) {
	t.Parallel()
	svg := plot.Lines("cost", "clients", "µs", []plot.Series{
		{Title: "flat", Points: []plot.Point{{X: 1_000, Y: 250}, {X: 100_000, Y: 250}}},
		{Title: "grows", Points: []plot.Point{{X: 1_000, Y: 100}, {X: 10_000, Y: 1_000}, {X: 100_000, Y: 12_345}}},
	})
	if got := elements(t, svg); got["circle"] != 5 || got["path"] != 2 {
		t.Errorf("%d points and %d lines, want 5 and 2", got["circle"], got["path"])
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Errorf("a place is no number: %s", svg)
	}
}
