package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// answered says how often one app answered, and when it did first and last: milliseconds of Unix time.
type answered struct {
	Count int   `json:"count"`
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// seen is printed when the clients end.
type seen struct {
	Sent        int                  `json:"sent"`
	Failed      []string             `json:"failed"`
	Connections int                  `json:"connections"`
	Answers     map[string]*answered `json:"answers"`
	lock        sync.Mutex
}

// kept runs clients that keep their one connection, with 3 to 50 ms between an answer and the next request, until it is
// told to end. Every second client sends POST, which Go sends again only if nothing of it was sent.
func kept(address string, clients int) {
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT)
	all := &seen{Failed: []string{}, Answers: map[string]*answered{}}
	stop := make(chan struct{})
	var running sync.WaitGroup
	for i := range clients {
		running.Add(1)
		go func() {
			defer running.Done()
			all.ask(address, []string{"GET", "POST"}[i%2], stop)
		}()
	}
	<-ends
	close(stop)
	running.Wait()
	json.NewEncoder(os.Stdout).Encode(all)
}

func (s *seen) ask(address, method string, stop chan struct{}) {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		s.lock.Lock()
		s.Connections++
		s.lock.Unlock()
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DialContext: dial}}
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(3_000+rand.IntN(47_000)) * time.Microsecond):
		}
		name, err := once(client, address, method)
		s.note(name, method, err)
	}
}

func once(client *http.Client, address, method string) (string, error) {
	var body io.Reader
	if method == "POST" {
		body = strings.NewReader(strings.Repeat("x", 2_000))
	}
	request, err := http.NewRequest(method, "http://"+address+"/", body)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var said struct{ Name string }
	text, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(text, &said)
	}
	return said.Name, err
}

func (s *seen) note(name, method string, err error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.Sent++
	if err != nil {
		s.Failed = append(s.Failed, fmt.Sprintf("%s: %v", method, err))
		return
	}
	now := time.Now().UnixMilli()
	if s.Answers[name] == nil {
		s.Answers[name] = &answered{First: now}
	}
	s.Answers[name].Count++
	s.Answers[name].Last = now
}
