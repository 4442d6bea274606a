package app_test

import (
	"fmt"
	"strings"
)

func (s slotSet) String() string { return fmt.Sprintf("%0*b", slots, uint16(s)) }

func (d deed) String() string {
	text := fmt.Sprintf("%s %d", d.kind, d.slot)
	if d.city != "" {
		text += " city " + d.city
	}
	switch d.kind {
	case deedViews, deedCreate, deedMerge, deedUnmerge:
		text += fmt.Sprintf(" subjects %v", d.subjects)
	}
	if d.merge != 0 {
		text += fmt.Sprintf(" of merge %d", d.merge)
	}
	if d.expected != 0 {
		text += fmt.Sprintf(" expecting %d", d.expected)
	}
	if d.key != 0 {
		text += fmt.Sprintf(" with key %d", d.key)
	}
	return text
}

func (t told) String() string {
	var parts []string
	if t.unknown {
		parts = append(parts, "nobody knows")
	}
	if t.code != "" {
		parts = append(parts, t.code)
	}
	if t.of != 0 {
		parts = append(parts, fmt.Sprintf("%d: %v", t.of-1, t.person))
	}
	for i, p := range t.people {
		if p.version != 0 {
			parts = append(parts, fmt.Sprintf("%d: %v", i, p))
		}
	}
	if t.merge != 0 {
		parts = append(parts, fmt.Sprintf("merge %d", t.merge))
	}
	if t.erased != 0 {
		parts = append(parts, fmt.Sprintf("erased %v", t.erased))
	}
	return strings.Join(parts, ", ")
}

func (p person) String() string {
	text := fmt.Sprintf("version %d city %q", p.version, p.city)
	if p.deleted {
		text += " deleted"
	}
	if p.subjects != 0 {
		text += fmt.Sprintf(" subjects %v", p.subjects)
	}
	return text
}
