package main

import (
	"encoding/json"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// target is what `gefyra up` writes (lib/connection/relay.ts): where the API server is, and what may be opened there.
type target struct {
	Server string `json:"server"`
	Trust  struct {
		// Certificates in PEM; absent: those that the image trusts.
		CA string `json:"ca"`
		// The name in its certificate, where it is not that of its address.
		ServerName string `json:"serverName"`
		Insecure   bool   `json:"insecure"`
	} `json:"trust"`
	// As `proxy-url` of the kubeconfig; empty: none.
	Proxy     string `json:"proxy"`
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
}

const (
	targetFile = "target.json"
	tokenFile  = "token"
)

// readTarget is called for each line: `gefyra up` may have brought a new token.
func readTarget(folder string) (t target, token string, err error) {
	text, err := os.ReadFile(filepath.Join(folder, targetFile))
	if err != nil {
		return t, "", err
	}
	if err := json.Unmarshal(text, &t); err != nil {
		return t, "", err
	}
	secret, err := os.ReadFile(filepath.Join(folder, tokenFile))
	return t, strings.TrimSpace(string(secret)), err
}

// keepToken replaces it in one step, so that a restart finds either the old one or the new one.
func keepToken(folder string, token []byte) error {
	next := filepath.Join(folder, tokenFile+".new")
	if err := os.WriteFile(next, token, 0o600); err != nil {
		return err
	}
	return os.Rename(next, filepath.Join(folder, tokenFile))
}

// hostsOf says where to connect to: a server on the host's loopback may, from inside Docker's machine, have another name.
func hostsOf(server *url.URL) []string {
	host := server.Hostname()
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return []string{host, "host.docker.internal"}
	}
	return []string{host}
}
