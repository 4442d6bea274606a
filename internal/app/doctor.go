package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"clientgraph/internal/config"
	"clientgraph/internal/secret"
)

// Verdicts on findings.
const (
	verdictFine = "ok"
	// verdictNote is for what works but could be better.
	verdictNote = "note"
	// verdictMend is for what keeps the server from working, or from being safe.
	verdictMend = "mend"
)

// errMend is the error of a doctor with a finding to mend; the findings say what.
var errMend = errors.New("something must be mended")

// finding is a finding of the doctor, with advice unless all is well.
type finding struct{ verdict, about, found, do string }

// doctor checks everything that a server with these flags needs, and prints its findings.
type doctor struct {
	cfg      config.Serve
	findings []finding
}

// diagnose is the command doctor.
func diagnose(ctx context.Context, cfg config.Doctor, stdin io.Reader, stdout io.Writer) error {
	d := &doctor{cfg: cfg.Serve}
	d.flags()
	cipher := d.keyring()
	verifier := d.issuer() //nolint:contextcheck // An issuer's keys have a bound of their own.
	d.certificate()
	d.machine()
	d.database(ctx, cipher)
	if cfg.TokenFile != "" {
		if err := d.tokens(cfg.TokenFile, stdin, verifier); err != nil {
			return err
		}
	}
	mend := false
	for _, f := range d.findings {
		mend = mend || f.verdict == verdictMend
		line := fmt.Sprintf("%-4s  %s: %s", f.verdict, f.about, f.found)
		if f.do != "" {
			line += "\n      " + f.do
		}
		if _, err := fmt.Fprintln(stdout, line); err != nil {
			return err
		}
	}
	if mend {
		return errMend
	}
	return nil
}

func (d *doctor) fine(about, found string, a ...any) {
	d.findings = append(d.findings, finding{verdictFine, about, fmt.Sprintf(found, a...), ""})
}

func (d *doctor) note(about, found, do string) {
	d.findings = append(d.findings, finding{verdictNote, about, found, do})
}

func (d *doctor) mend(about, found, do string) {
	d.findings = append(d.findings, finding{verdictMend, about, found, do})
}

// flags checks for flags that contradict one another, as serve does.
func (d *doctor) flags() {
	const about = "flags"
	if err := checkOrigins(d.cfg.CORSOrigin); err != nil {
		d.mend(about, err.Error(), "")
	}
	if _, err := trustedDocuments(d.cfg); err != nil {
		d.mend(about, err.Error(), "")
	}
	// The warnings of serve.
	var risks strings.Builder
	warnOfRisks(d.cfg, slog.New(slog.NewTextHandler(&risks, &slog.HandlerOptions{ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
		if attr.Key == slog.TimeKey || attr.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return attr
	}})))
	for line := range strings.Lines(risks.String()) {
		d.note(about, strings.TrimPrefix(strings.TrimSpace(line), "msg="), "")
	}
	if len(d.findings) == 0 {
		d.fine(about, "no contradictions; clientgraph config lists them")
	}
}

// keyring checks the key ring; nil if there is none that can be used.
func (d *doctor) keyring() *secret.Cipher {
	const about = "key ring"
	keyset, err := loadKeyset(d.cfg)
	if err != nil {
		d.mend(about, err.Error(), "")
		return nil
	}
	cipher, err := secret.OpenCipher(keyset)
	if err != nil {
		d.mend(about, unusableKeyset(err).Error(), "clientgraph keyset prints a new one; what was encrypted with another key ring can't be read with it")
		return nil
	}
	d.fine(about, "%d keys, one of which encrypts", cipher.Keys())
	return cipher
}
