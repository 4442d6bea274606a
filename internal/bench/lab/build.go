package lab

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Build builds the programs of the variants, and returns the variants that can be
// started. It reports why others can't, and continues without them.
func (l *Lab) Build(variants []Variant) ([]Variant, error) {
	var built []Variant
	for _, v := range variants {
		if err := v.build(l); err != nil {
			if v.IsGo() {
				return nil, fmt.Errorf("build %s: %w", v.Name, err)
			}
			l.sayf("without %s: %v", v.Name, err)
			continue
		}
		if v.Name == "plan-off" && !l.hasFlag("--plan") {
			l.sayf("without plan-off: this clientgraph has no flag --plan")
			continue
		}
		built = append(built, v)
	}
	return built, nil
}

func buildProduct(l *Lab) error {
	return l.once("product", func() error {
		return l.goBuild(map[string]string{"clientgraph": ".", "observed": "./internal/bench/observed"})
	})
}

func buildHand(l *Lab) error {
	return l.once("hand", func() error {
		return l.goBuild(map[string]string{"handserve": "./internal/bench/handserve"})
	})
}

func buildNode(l *Lab) error {
	return l.once("node", func() error {
		return l.call(l.source("peers", "node"), "npm", "ci", "--loglevel=error", "--no-audit", "--no-fund")
	})
}

func buildRust(l *Lab) error {
	return l.once("rust", func() error {
		return l.call(l.source("peers", "rust"), "cargo", "build", "--quiet", "--release", "--locked", "--target-dir", l.path("rust"))
	})
}

func (l *Lab) goBuild(programs map[string]string) error {
	for name, folder := range programs {
		if err := l.call(l.root, "go", "build", "-buildvcs=false", "-o", l.path("bin", name), folder); err != nil {
			return err
		}
	}
	return nil
}

// once runs do the first time that it is called with a name.
func (l *Lab) once(name string, do func() error) error {
	if err, done := l.built[name]; done {
		return err
	}
	l.sayf("building %s ...", name)
	err := do()
	l.built[name] = err
	return err
}

// call runs a program to its end. Its output is reported only if it fails.
func (l *Lab) call(dir, name string, args ...string) error {
	command := exec.CommandContext(l.ctx, name, args...) //nolint:gosec // The names are our own.
	command.Dir = dir
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, said.String())
	}
	return nil
}

// hasFlag says whether the product's command serve has a flag.
func (l *Lab) hasFlag(name string) bool {
	help, err := exec.CommandContext(l.ctx, l.path("bin", "clientgraph"), "serve", "--help").Output() //nolint:gosec // It was just built.
	return err == nil && bytes.Contains(help, []byte(name+"="))
}

// keyset returns the file of a key ring for social security numbers, which no query of
// the benchmark reads.
func (l *Lab) keyset() (string, error) {
	name := l.path("keyset.json")
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	ring, err := exec.CommandContext(context.WithoutCancel(l.ctx), l.path("bin", "clientgraph"), "keyset").Output() //nolint:gosec // It was just built.
	if err != nil {
		return "", fmt.Errorf("make a key ring: %w", err)
	}
	return name, os.WriteFile(name, ring, 0o600)
}
