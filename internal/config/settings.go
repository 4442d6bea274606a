package config

import (
	"fmt"
	"net/url"
	"os"
	"reflect"
	"slices"

	"github.com/alecthomas/kong"
)

// Setting is a flag in force.
type Setting struct {
	// Flag is its name, Value its value without secrets, and From its origin: the command
	// line, an environment variable, or the default.
	Flag, Value, From string
}

// Settings returns the flags of the selected command, by name.
func (c Config) Settings() []Setting { return c.settings }

// settings are the flags of the command that was parsed.
func settings(parsed *kong.Context) []Setting {
	typed := map[string]bool{}
	for _, step := range parsed.Path {
		if step.Flag != nil {
			typed[step.Flag.Name] = true
		}
	}
	var all []Setting
	for _, flag := range parsed.Flags() {
		if flag.Name == "help" {
			continue
		}
		setting := Setting{Flag: "--" + flag.Name, Value: shown(flag), From: "default"}
		given := slices.IndexFunc(flag.Envs, func(name string) bool { return os.Getenv(name) != "" })
		switch {
		case typed[flag.Name]:
			setting.From = "command line"
		case given >= 0:
			setting.From = flag.Envs[given]
		}
		all = append(all, setting)
	}
	slices.SortFunc(all, func(a, b Setting) int {
		if a.Flag < b.Flag {
			return -1
		}
		return 1
	})
	return all
}

// shown returns a flag's value without secrets: the key ring, and passwords in addresses.
func shown(flag *kong.Flag) string {
	value := flag.Target
	text := kong.JoinEscaped(texts(value), ',')
	switch {
	case text == "":
		return "(none)"
	case flag.Hidden:
		return "(given)"
	}
	if address, err := url.Parse(text); err == nil && address.User != nil {
		address.User = url.User("...")
		return address.String()
	}
	return text
}

// texts returns the texts of a value; for a list one for each entry.
func texts(value reflect.Value) []string {
	if value.Kind() != reflect.Slice {
		return []string{text(value)}
	}
	all := make([]string, value.Len())
	for i := range all {
		all[i] = text(value.Index(i))
	}
	return all
}

func text(value reflect.Value) string { return fmt.Sprint(value.Interface()) }
