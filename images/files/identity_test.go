package main

import (
	"crypto/tls"
	"net"
	"testing"
	"time"
)

func newEnd(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := makeIdentity()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := certify(key)
	if err != nil {
		t.Fatal(err)
	}
	name, err := nameOf(certificate.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return certificate, name
}

// meetAs returns what both ends of a handshake say.
func meetAs(client *tls.Config, server *tls.Config) (clientError, serverError error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err, err
	}
	defer listener.Close()
	deadline := time.Now().Add(5 * time.Second)
	done := make(chan error, 1)
	go func() {
		raw, err := listener.Accept()
		if err == nil {
			_ = raw.SetDeadline(deadline)
			defer raw.Close()
			_, err = tls.Server(raw, server).Write([]byte("x"))
		}
		done <- err
	}()
	raw, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return err, err
	}
	_ = raw.SetDeadline(deadline)
	_, clientError = tls.Client(raw, client).Read(make([]byte, 1))
	_ = raw.Close()
	return clientError, <-done
}

func TestOnlyTheExpectedKeysMeet(t *testing.T) {
	pod, podName := newEnd(t)
	user, userName := newEnd(t)
	other, otherName := newEnd(t)
	is := func(names ...string) func(string) bool {
		return func(name string) bool {
			for _, one := range names {
				if one == name {
					return true
				}
			}
			return false
		}
	}
	server := tlsConfig(pod, is(userName))
	if a, b := meetAs(tlsConfig(user, is(podName)), server); a != nil || b != nil {
		t.Errorf("the two do not meet: %v, %v", a, b)
	}
	if a, b := meetAs(tlsConfig(other, is(podName)), server); a == nil || b == nil {
		t.Error("another client is let in")
	}
	if a, b := meetAs(tlsConfig(user, is(otherName)), server); a == nil || b == nil {
		t.Error("another pod is believed")
	}
	without := tlsConfig(user, is(podName))
	without.Certificates = nil
	if a, b := meetAs(without, server); a == nil || b == nil {
		t.Error("a client without a key is let in")
	}
}
