package relay

import (
	"encoding/json"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"gefyra/agent/contract"
	"gefyra/agent/files"
)

// target is written by `gefyra up` (lib/connection/relay.ts): the API server's address, and the pod to connect to.
type target struct {
	Server string `json:"server"`
	Trust  struct {
		// Certificates in PEM; absent: the image's trusted ones.
		CA string `json:"ca"`
		// The name in its certificate, if it is not that of its address.
		ServerName string `json:"serverName"`
		Insecure   bool   `json:"insecure"`
	} `json:"trust"`
	// As `proxy-url` of the kubeconfig; empty: none.
	Proxy     string `json:"proxy"`
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
}

const (
	targetFile = contract.RelayTarget
	tokenFile  = contract.RelayToken
)

// readTarget is called for each connection, because `gefyra up` may have written a new token.
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

// keepToken replaces the token atomically, so that a restart finds the old one or the new one.
func keepToken(folder string, token []byte) error {
	return files.Replace(filepath.Join(folder, tokenFile), token)
}

// hostsOf returns the hosts to try: from inside Docker's machine, a server on the host's loopback may have another
// name.
func hostsOf(server *url.URL) []string {
	host := server.Hostname()
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return []string{host, "host.docker.internal"}
	}
	return []string{host}
}
