// Zones writes the IANA time zone database as the text that the program embeds,
// out of the zoneinfo.zip of a Go distribution. Run from the project's root:
//
//	go run ./.ci/zones "$(go env GOROOT)/lib/time/zoneinfo.zip" > internal/client/zones.txt
//
// A zone is three lines: its names, apart by spaces; its kinds of local time, each
// the seconds east of UTC, 1 for summer time, and the abbreviation; and its
// changes, each the seconds since the one before and the kind's place in base 36.
// The third line ends with the rule for the time after them, as POSIX has it.
package main

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: zones ZONEINFO.zip")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "zones:", err)
		os.Exit(1)
	}
}

func run(path string, w io.Writer) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	names := map[string][]string{}
	for _, file := range archive.File {
		// Factory is the zone of a machine without a configured zone.
		if file.Name == "Factory" || strings.HasSuffix(file.Name, "/") {
			continue
		}
		opened, err := file.Open()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(opened)
		if err != nil {
			return err
		}
		text, err := zone(data)
		if err != nil {
			return fmt.Errorf("%s: %w", file.Name, err)
		}
		names[text] = append(names[text], file.Name)
	}
	var lines []string
	for text, of := range names {
		slices.Sort(of)
		lines = append(lines, strings.Join(of, " ")+"\n"+text+"\n")
	}
	slices.Sort(lines)
	out := bufio.NewWriter(w)
	for _, line := range lines {
		fmt.Fprint(out, line)
	}
	return out.Flush()
}

// Sizes of the format of time zone files (RFC 8536).
const (
	headerSize = 44
	kindSize   = 6
)

// zone is the text of a time zone file.
func zone(data []byte) (string, error) {
	first, err := counts(data)
	if err != nil {
		return "", err
	}
	// Behind the part of numbers of 32 bits comes that of 64.
	data = data[headerSize+first[3]*5+first[4]*kindSize+first[5]+first[2]*8+first[1]+first[0]:]
	n, err := counts(data)
	if err != nil {
		return "", err
	}
	if n[2] != 0 {
		return "", errors.New("it has leap seconds")
	}
	times, kinds, abbreviations := n[3], n[4], n[5]
	data = data[headerSize:]
	at, data := data[:times*8], data[times*8:]
	which, data := data[:times], data[times:]
	table, data := data[:kinds*kindSize], data[kinds*kindSize:]
	texts, data := string(data[:abbreviations]), data[abbreviations+n[1]+n[0]:]
	var local []string
	for i := range kinds {
		kind := table[i*kindSize:]
		abbreviation, _, _ := strings.Cut(texts[kind[5]:], "\x00")
		local = append(local, fmt.Sprintf("%d,%d,%s", int32(binary.BigEndian.Uint32(kind)), kind[4], abbreviation)) //nolint:gosec // It is a signed number in the file.
	}
	var changes []string
	before := int64(0)
	for i := range times {
		now := int64(binary.BigEndian.Uint64(at[i*8:])) //nolint:gosec // It is a signed number in the file.
		changes = append(changes, strconv.FormatInt(now-before, 36)+","+strconv.FormatInt(int64(which[i]), 36))
		before = now
	}
	changes = append(changes, ";"+strings.Trim(string(data), "\n"))
	return strings.Join(local, " ") + "\n" + strings.Join(changes, " "), nil
}

// counts are those of a part's header: marks of UTC and of standard time, leap
// seconds, changes, kinds of local time, and bytes of abbreviations.
func counts(data []byte) ([6]int, error) {
	var n [6]int
	if len(data) < headerSize || string(data[:4]) != "TZif" || data[4] < '2' {
		return n, errors.New("it is no time zone file of version 2")
	}
	for i := range n {
		n[i] = int(binary.BigEndian.Uint32(data[20+4*i:]))
	}
	return n, nil
}
