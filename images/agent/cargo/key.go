package cargo

import (
	"fmt"
	"os"
	"path/filepath"

	"gefyra/agent/child"
	"gefyra/agent/files"
	"gefyra/agent/role"
)

// makeKey returns the private key, which is made at the first start.
func makeKey(folder string) (string, error) {
	file := filepath.Join(folder, "private.key")
	if text, err := os.ReadFile(file); err == nil && len(text) > 0 {
		return trimmed(text), nil
	}
	key, err := child.Run("wg", "genkey")
	if err != nil {
		return "", err
	}
	if err := files.Replace(file, []byte(key+"\n")); err != nil {
		return "", err
	}
	public, err := publicKey(key)
	role.Log(name, "made a key pair, public key %s", public)
	return key, err
}

func publicKey(private string) (string, error) {
	return child.Program{Name: "wg", Args: []string{"pubkey"}, Input: []byte(private + "\n")}.Run()
}

// complete adds the private key: wireguard.conf has none.
func complete(conf, key string) string {
	return fmt.Sprintf("[Interface]\nPrivateKey = %s\n%s", key, conf)
}
