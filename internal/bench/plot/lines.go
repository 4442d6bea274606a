package plot

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Series is a line of a plot.
type Series struct {
	Title  string
	Points []Point
}

// Point is a point of a line; both coordinates are greater than 0.
type Point struct{ X, Y float64 }

// Sizes of a line plot in pixels.
const (
	linesWidth, linesHeight             = 640, 300
	marginLeft, marginTop, marginBottom = 60, 34, 40
	legendWidth                         = 150
)

// colours distinguish the lines of a plot.
func colours() []string {
	return []string{"#c2410c", "#1d4ed8", "#15803d", "#7e22ce", "#0e7490", "#a16207"}
}

// Lines draws lines with two logarithmic axes.
func Lines(title, x, y string, lines []Series) string {
	var b strings.Builder
	across, up := axisOf(lines, func(p Point) float64 { return p.X }), axisOf(lines, func(p Point) float64 { return p.Y })
	across.from, across.to = marginLeft, linesWidth-legendWidth
	up.from, up.to = linesHeight-marginBottom, marginTop
	for _, tick := range across.ticks() {
		at := across.place(tick)
		fmt.Fprintf(&b, `<line class="g" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`, at, marginTop, at, linesHeight-marginBottom)
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, at, linesHeight-marginBottom+16, short(tick))
	}
	for _, tick := range up.ticks() {
		at := up.place(tick)
		fmt.Fprintf(&b, `<line class="g" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>`, marginLeft, at, linesWidth-legendWidth, at)
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" text-anchor="end">%s</text>`, marginLeft-6, at+4, short(tick))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`, (marginLeft+linesWidth-legendWidth)/2, linesHeight-6, html.EscapeString(x))
	fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`, marginLeft, marginTop-4, html.EscapeString(y))
	for i, line := range lines {
		colour := colours()[i%len(colours())]
		var path strings.Builder
		for j, p := range line.Points {
			command := "L"
			if j == 0 {
				command = "M"
			}
			fmt.Fprintf(&path, "%s%.1f %.1f", command, across.place(p.X), up.place(p.Y))
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="2.5" fill=%q/>`, across.place(p.X), up.place(p.Y), colour)
		}
		fmt.Fprintf(&b, `<path d=%q fill="none" stroke=%q stroke-width="1.5"/>`, path.String(), colour)
		fmt.Fprintf(&b, `<text x="%d" y="%d" style="fill:%s">%s</text>`, linesWidth-legendWidth+10, marginTop+10+i*barStep, colour, html.EscapeString(line.Title))
		b.WriteByte('\n')
	}
	return frame(title, linesWidth, linesHeight, b.String())
}

// axis is a logarithmic axis from least to most.
type axis struct {
	least, most float64
	from, to    float64
}

func axisOf(lines []Series, of func(Point) float64) axis {
	a := axis{least: math.Inf(1), most: math.Inf(-1)}
	for _, line := range lines {
		for _, p := range line.Points {
			a.least, a.most = min(a.least, of(p)), max(a.most, of(p))
		}
	}
	if math.IsInf(a.least, 1) {
		return axis{least: 1, most: 10}
	}
	// A flat line gets space above and below.
	a.least = math.Pow(10, math.Floor(math.Log10(a.least)*3)/3)
	a.most = max(math.Pow(10, math.Ceil(math.Log10(a.most)*3)/3), a.least*2)
	return a
}

func (a axis) place(value float64) float64 {
	return a.from + math.Log(value/a.least)/math.Log(a.most/a.least)*(a.to-a.from)
}

// ticks returns the round numbers on the axis.
func (a axis) ticks() []float64 {
	var all []float64
	for power := math.Pow(10, math.Floor(math.Log10(a.least))); power <= a.most; power *= 10 {
		for _, of := range []float64{1, 2, 5} {
			if tick := of * power; tick >= a.least*0.999 && tick <= a.most*1.001 {
				all = append(all, tick)
			}
		}
	}
	return all
}

// short formats a number for an axis.
func short(value float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e6, "M"}, {1e3, "k"}} {
		if value >= unit.size {
			return strconv.FormatFloat(value/unit.size, 'g', 3, 64) + unit.name
		}
	}
	return strconv.FormatFloat(value, 'g', 3, 64)
}
