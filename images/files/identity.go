package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"time"
)

// makeIdentity returns a new private key in PEM.
func makeIdentity() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// certify wraps a private key into a certificate, which TLS wants. Nobody reads what the certificate says: both ends
// know each other by their keys.
func certify(key []byte) (tls.Certificate, error) {
	block, _ := pem.Decode(key)
	if block == nil {
		return tls.Certificate{}, errors.New("the key is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return tls.Certificate{}, err
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return tls.Certificate{}, errors.New("the key is of another kind")
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "gefyra-files"},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, nil
}

// nameOf is the SHA-256 of a certificate's public key, in hex.
func nameOf(der []byte) (string, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(sum[:]), nil
}

// tlsConfig accepts the peers whose key `known` knows, and no other. TLS itself proves that the peer has the key.
func tlsConfig(own tls.Certificate, known func(name string) bool) *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{own},
		ClientAuth:   tls.RequireAnyClientCert,
		// Every session shows its key: none is resumed.
		SessionTicketsDisabled: true,
		// There is no authority to ask: VerifyConnection compares the key itself.
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			name, err := peerOf(state)
			if err != nil {
				return err
			}
			if !known(name) {
				return errors.New("the other end's key is not the one that is expected")
			}
			return nil
		},
	}
}

func peerOf(state tls.ConnectionState) (string, error) {
	if len(state.PeerCertificates) == 0 {
		return "", errors.New("the other end shows no key")
	}
	return nameOf(state.PeerCertificates[0].Raw)
}
