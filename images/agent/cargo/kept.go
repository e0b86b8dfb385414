package cargo

import (
	"os"
	"path/filepath"
	"strings"
)

// kept is the last applied state, for restarts: a folder of files, and a link to it that makes the change atomic.
type kept struct{ folder string }

const link = "applied"

func (k kept) keep(files map[string]string) error {
	next, err := os.MkdirTemp(k.folder, "state.")
	if err != nil {
		return err
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(next, file), []byte(text), 0o600); err != nil {
			return err
		}
	}
	path := filepath.Join(k.folder, link)
	if err := os.Remove(path + ".new"); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.Symlink(filepath.Base(next), path+".new"); err != nil {
		return err
	}
	old, _ := os.Readlink(path)
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	if old == "" {
		return nil
	}
	return os.RemoveAll(filepath.Join(k.folder, filepath.Base(old)))
}

// files is empty if there is no state yet.
func (k kept) files() (map[string]string, error) {
	entries, err := os.ReadDir(filepath.Join(k.folder, link))
	if os.IsNotExist(err) {
		return nil, nil
	}
	files := map[string]string{}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(k.folder, link, entry.Name()))
		if err != nil {
			return nil, err
		}
		files[entry.Name()] = string(text)
	}
	return files, err
}

func trimmed(text []byte) string { return strings.TrimSpace(string(text)) }
