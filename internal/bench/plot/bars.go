// Package plot draws the benchmark's figures as small SVG files, to be stored with their
// text.
package plot

import (
	"fmt"
	"html"
	"strings"
)

// Group is a set of bars with a common scale.
type Group struct {
	Title string
	Bars  []Bar
}

// Bar is a bar with Label before it and Text after it.
type Bar struct {
	Label, Text string
	Value       float64
	// Ours marks the bar that the plot is about.
	Ours bool
}

// Sizes of a bar plot in pixels.
const (
	barsWidth   = 760
	labelWidth  = 190
	textWidth   = 110
	barHeight   = 13
	barStep     = 18
	titleHeight = 30
	groupGap    = 14
)

const style = `<style>text{font:12px sans-serif;fill:#333}.t{font-weight:bold}.g{stroke:#ddd}.a{fill:#9db4cc}.o{fill:#c2410c}</style>`

// Bars draws groups of horizontal bars, one below the other.
func Bars(title string, groups []Group) string {
	var b strings.Builder
	y := titleHeight
	for _, group := range groups {
		y += text(&b, 0, y+12, "t", group.Title)
		most := 0.0
		for _, bar := range group.Bars {
			most = max(most, bar.Value)
		}
		for _, bar := range group.Bars {
			class := "a"
			if bar.Ours {
				class = "o"
			}
			width := 1.0
			if most > 0 {
				width = max(width, bar.Value/most*(barsWidth-labelWidth-textWidth))
			}
			text(&b, 0, y+11, "", bar.Label)
			fmt.Fprintf(&b, `<rect class=%q x="%d" y="%d" width="%.1f" height="%d"/>`, class, labelWidth, y, width, barHeight)
			text(&b, labelWidth+int(width)+6, y+11, "", bar.Text)
			b.WriteByte('\n')
			y += barStep
		}
		y += groupGap
	}
	return frame(title, barsWidth, y, b.String())
}

// text writes a line of text, and returns its height.
func text(b *strings.Builder, x, y int, class, value string) int {
	attribute := ""
	if class != "" {
		attribute = fmt.Sprintf(" class=%q", class)
	}
	fmt.Fprintf(b, `<text%s x="%d" y="%d">%s</text>`, attribute, x, y, html.EscapeString(value))
	return barStep
}

func frame(title string, width, height int, inner string) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="-10 0 %d %d" role="img" aria-label=%q>%s<rect x="-10" width="100%%" height="100%%" fill="#fff"/>
<text class="t" x="0" y="18">%s</text>
%s</svg>
`, width+20, height, width+20, height, html.EscapeString(title), style, html.EscapeString(title), inner)
}
