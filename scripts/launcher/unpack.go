package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Files and their sizes, written into the folder when all of them are there.
const indexName = "index.json"

// The prefix of folders that are not complete yet. One that is older than staleAfter belongs to a start that was killed.
const unfinished, staleAfter = ".unpacking-", time.Hour

// candidates are the folders to unpack into, best first.
func candidates() []string {
	if own := os.Getenv("GEFYRA_CACHE_DIR"); own != "" {
		return []string{own}
	}
	temporary := filepath.Join(os.TempDir(), fmt.Sprintf("gefyra-%d", os.Getuid()))
	cache, err := os.UserCacheDir()
	if err != nil {
		return []string{temporary}
	}
	return []string{filepath.Join(cache, "gefyra", "program"), temporary}
}

// unpacked returns a folder with the payload's files: one that is there already, else a new one in the first candidate
// that can be written to.
func unpacked(p payload, candidates []string) (string, error) {
	for _, parent := range candidates {
		if folder := filepath.Join(parent, p.digest); isPrivate(parent) && isComplete(folder) {
			return folder, nil
		}
	}
	if err := p.check(); err != nil {
		return "", err
	}
	var problems []error
	for _, parent := range candidates {
		folder, err := unpackInto(p, parent)
		if err == nil {
			return folder, nil
		}
		problems = append(problems, err)
	}
	return "", errors.Join(problems...)
}

// isPrivate is false for a folder that another user could have put there, as in /tmp.
func isPrivate(folder string) bool {
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() || info.Mode().Perm()&0o022 != 0 {
		return false
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	return owner == uint32(os.Getuid()) || owner == 0
}

// isComplete notices files that are missing or cut, e.g. after something has cleaned the cache.
func isComplete(folder string) bool {
	text, err := os.ReadFile(filepath.Join(folder, indexName))
	if err != nil {
		return false
	}
	var sizes map[string]int64
	if json.Unmarshal(text, &sizes) != nil || len(sizes) == 0 {
		return false
	}
	for name, size := range sizes {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil || info.Size() != size {
			return false
		}
	}
	return true
}

// unpackInto writes into a folder of its own and renames that, so two may do it at once: the second uses what the first
// has made.
func unpackInto(p payload, parent string) (string, error) {
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", err
	}
	if !isPrivate(parent) {
		return "", fmt.Errorf("%s belongs to somebody else, or others may write to it", parent)
	}
	removeStale(parent)
	work, err := os.MkdirTemp(parent, unfinished)
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	sizes, err := extract(p.reader(), work)
	if err != nil {
		return "", err
	}
	index, err := json.Marshal(sizes)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(work, indexName), index, 0o600); err != nil {
		return "", err
	}
	return settle(work, filepath.Join(parent, p.digest), parent)
}

// settle renames under a lock, which ends with the process, too: a complete folder is never taken from one who has just
// found it.
func settle(work, folder, parent string) (string, error) {
	lock, err := os.Open(parent)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	if isComplete(folder) {
		return folder, nil
	}
	aside, err := os.MkdirTemp(parent, unfinished)
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(aside)
	if err := os.Rename(folder, filepath.Join(aside, "old")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.Rename(work, folder); err != nil {
		return "", err
	}
	removeOlder(parent, folder)
	return folder, nil
}

// kept is the number of versions whose files stay: one that is newer may run beside one that was replaced.
const kept = 2

// removeOlder removes the files of versions that were unpacked longest ago. A folder of another name is not a version's.
func removeOlder(parent, newest string) {
	entries, _ := os.ReadDir(parent)
	var others []os.FileInfo
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.IsDir() && isDigest(info.Name()) && info.Name() != filepath.Base(newest) {
			others = append(others, info)
		}
	}
	slices.SortFunc(others, func(a, b os.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for _, info := range others[min(kept-1, len(others)):] {
		os.RemoveAll(filepath.Join(parent, info.Name()))
	}
}

func isDigest(name string) bool {
	sum, err := hex.DecodeString(name)
	return err == nil && len(sum) == sha256.Size
}

func removeStale(parent string) {
	entries, _ := os.ReadDir(parent)
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && strings.HasPrefix(entry.Name(), unfinished) && time.Since(info.ModTime()) > staleAfter {
			os.RemoveAll(filepath.Join(parent, entry.Name()))
		}
	}
}

// extract returns the sizes of the files. The archive is the program's own, and has files only.
func extract(source io.Reader, folder string) (map[string]int64, error) {
	unzipped, err := gzip.NewReader(source)
	if err != nil {
		return nil, err
	}
	archive := tar.NewReader(unzipped)
	sizes := map[string]int64{}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return sizes, nil
		}
		if err != nil {
			return nil, err
		}
		if !filepath.IsLocal(header.Name) {
			return nil, fmt.Errorf("%s leads out of the folder", header.Name)
		}
		path := filepath.Join(folder, header.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := write(path, archive, os.FileMode(header.Mode).Perm()); err != nil {
			return nil, err
		}
		sizes[header.Name] = header.Size
	}
}

func write(path string, content io.Reader, mode os.FileMode) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}

// readArguments returns the arguments of Deno before the program, one on each line.
func readArguments(folder string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "arguments"))
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n"), nil
}
