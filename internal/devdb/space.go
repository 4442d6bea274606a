package devdb

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// Used returns the size in bytes of the files of the data folder's database.
func Used(dataDir string) (int64, error) {
	var used int64
	err := filepath.WalkDir(dataDir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			// The engine has removed it meanwhile.
			return nil
		case err != nil:
			return err
		case entry.IsDir() && path == filepath.Join(dataDir, "engine"):
			// The engine's software.
			return filepath.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		info, err := entry.Info()
		if err == nil {
			used += info.Size()
		}
		return nil
	})
	return used, err
}

// Free returns the free bytes on the data folder's disk.
func Free(dataDir string) (int64, error) { return freeSpace(dataDir) }
