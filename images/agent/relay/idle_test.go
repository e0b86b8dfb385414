package main

import (
	"testing"
	"time"
)

func TestIdleIsAskedForInSeconds(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"":    20 * time.Second,
		"8":   8 * time.Second,
		"0":   20 * time.Second,
		"-3":  20 * time.Second,
		"8s":  20 * time.Second,
		"1.5": 20 * time.Second,
	} {
		if got := idleFrom(text); got != want {
			t.Errorf("idleFrom(%q) = %v, want %v", text, got, want)
		}
	}
}
