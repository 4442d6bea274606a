package client

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// zoneText is the IANA time zone database, the names of its file backward among
// them, in the form that .ci/zones describes; `make zones` makes it of the Go
// distribution's copy. time.LoadLocation looks into $ZONEINFO and the host's
// folders before it looks into time/tzdata, and there are zones in these that are
// none of IANA's, such as right/ with its leap seconds, or other versions of one.
//
//go:embed zones.txt
var zoneText string

// zoneTable has the file of each zone, as time.LoadLocationFromTZData reads it, by
// the zone's name. A file is made when it is first asked for.
var zoneTable = sync.OnceValue(func() map[string]func() ([]byte, error) { return readZones(zoneText) })

// loadedZones has the zones themselves, by name. Each is made once: a page of clients
// asks for the same few again and again.
var loadedZones = sync.OnceValue(func() map[string]func() (*time.Location, error) {
	zones := make(map[string]func() (*time.Location, error), len(zoneTable()))
	for name, file := range zoneTable() {
		zones[name] = sync.OnceValues(func() (*time.Location, error) { return readZone(name, file) })
	}
	return zones
})

func readZones(text string) map[string]func() ([]byte, error) {
	zones := map[string]func() ([]byte, error){}
	lines := strings.Split(text, "\n")
	for ; len(lines) >= 3; lines = lines[3:] {
		kinds, changes := lines[1], lines[2]
		file := sync.OnceValues(func() ([]byte, error) { return zoneFile(kinds, changes) })
		for name := range strings.FieldsSeq(lines[0]) {
			zones[name] = file
		}
	}
	return zones
}

// zoneFile makes the file of a zone (RFC 8536) from its kinds of local time and its
// changes. The part of the file with 32-bit numbers is empty.
func zoneFile(kinds, changes string) ([]byte, error) {
	changes, rule, found := strings.Cut(changes, ";")
	if !found {
		return nil, errors.New("a time zone has no rule")
	}
	var table []byte
	var abbreviations string
	local := strings.Fields(kinds)
	for _, kind := range local {
		parts := strings.Split(kind, ",")
		if len(parts) != 3 {
			return nil, fmt.Errorf("%q is no kind of local time", kind)
		}
		offset, err := strconv.ParseInt(parts[0], 10, 32)
		if err != nil {
			return nil, fmt.Errorf("read an offset: %w", err)
		}
		table = binary.BigEndian.AppendUint32(table, uint32(int32(offset))) //nolint:gosec // A signed number is kept by its bits.
		table = append(table, parts[1][0]-'0', byte(len(abbreviations)))    //nolint:gosec // They are few.
		abbreviations += parts[2] + "\x00"
	}
	var times, which []byte
	count, at := 0, int64(0)
	for change := range strings.FieldsSeq(changes) {
		since, kind, _ := strings.Cut(change, ",")
		seconds, err := strconv.ParseInt(since, 36, 64)
		if err != nil {
			return nil, fmt.Errorf("read a change: %w", err)
		}
		place, err := strconv.ParseUint(kind, 36, 8)
		if err != nil {
			return nil, fmt.Errorf("read a change: %w", err)
		}
		at += seconds
		times = binary.BigEndian.AppendUint64(times, uint64(at)) //nolint:gosec // A signed number is kept by its bits.
		which = append(which, byte(place))
		count++
	}
	file := zoneHeader(nil, 0, 0, 0)
	file = zoneHeader(file, count, len(local), len(abbreviations))
	for _, part := range [][]byte{times, which, table, []byte(abbreviations + "\n" + rule + "\n")} {
		file = append(file, part...)
	}
	return file, nil
}

// zoneHeader adds the header of a part with so many changes, kinds of local time
// and bytes of abbreviations.
func zoneHeader(file []byte, changes, kinds, abbreviations int) []byte {
	file = append(append(file, "TZif2"...), make([]byte, 15)...)
	for _, n := range []int{0, 0, 0, changes, kinds, abbreviations} {
		file = binary.BigEndian.AppendUint32(file, uint32(n)) //nolint:gosec // They are few.
	}
	return file
}

// LoadZone returns the zone of that name in the program's own copy of the IANA
// database. Names are compared by their case; neither the empty one nor Local is
// a zone.
func LoadZone(name string) (*time.Location, error) {
	zone, known := loadedZones()[name]
	if !known {
		return nil, errors.New("no such time zone")
	}
	return zone()
}

func readZone(name string, file func() ([]byte, error)) (*time.Location, error) {
	rules, err := file()
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocationFromTZData(name, rules)
	if err != nil {
		return nil, fmt.Errorf("read a time zone: %w", err)
	}
	return zone, nil
}

// storedZone returns the zone of a stored name; nil if there is no such zone any more.
// Early versions read zones from the host's folders, so a name may have their prefixes.
func storedZone(name string) *time.Location {
	for _, prefix := range []string{"", "posix/", "right/"} {
		if rest, found := strings.CutPrefix(name, prefix); found {
			if zone, err := LoadZone(rest); err == nil {
				return zone
			}
		}
	}
	return nil
}

// TimeZoneRule takes a name of the IANA time zone database.
func TimeZoneRule(value any) (any, *Error) {
	name := value.(string)
	if _, err := LoadZone(name); err != nil {
		return nil, &Error{Code: CodeInvalidTimeZone, Message: "want a name of the IANA time zone database such as America/New_York"}
	}
	return name, nil
}
