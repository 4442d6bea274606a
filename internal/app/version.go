package app

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
)

// version prints a line with the version of the program.
func version(stdout io.Writer) error {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this binary has no build information")
	}
	_, err := fmt.Fprintln(stdout, describe(build))
	return err
}

// describe returns the program's version, the revision of the source and whether it was
// modified, and the version of Go. A program that was built outside a repository has no
// revision.
func describe(build *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, setting := range build.Settings {
		settings[setting.Key] = setting.Value
	}
	source := "revision unknown"
	if revision := settings["vcs.revision"]; revision != "" {
		source = "revision " + revision + ", not modified"
		if settings["vcs.modified"] == "true" {
			source = "revision " + revision + ", modified"
		}
	}
	return fmt.Sprintf("clientgraph %s, %s, %s", build.Main.Version, source, build.GoVersion)
}
