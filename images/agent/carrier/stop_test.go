package carrier

import (
	"testing"
	"time"
)

func TestEnding(t *testing.T) {
	const finish = 500 * time.Millisecond
	table := []struct {
		name string
		ending
		want step
	}{
		{"without Nginx there is nothing to finish", ending{}, exit},
		{"nor beside the original", ending{Beside: true}, exit},
		{"in the original's place Nginx is told at once", ending{Nginx: true}, quit},
		{"beside it, the original is restored first", ending{Beside: true, Nginx: true}, restore},
		{"then Nginx is told", ending{Beside: true, Nginx: true, Restored: true}, quit},
		{"its requests have time", ending{Nginx: true, Asked: true, Since: finish - 1}, wait},
		{"but not for ever", ending{Nginx: true, Asked: true, Since: finish}, kill},
		{"whoever listens in the original's place", ending{Nginx: true, Asked: true, Since: finish, Listens: true}, kill},
		{"beside it, as long as the original",
			ending{Beside: true, Nginx: true, Restored: true, Asked: true, Since: time.Hour, Listens: true}, wait},
		{"and no longer",
			ending{Beside: true, Nginx: true, Restored: true, Asked: true, Since: finish}, kill},
		{"when Nginx is done, Carrier is", ending{Beside: true, Restored: true, Asked: true, Listens: true}, exit},
	}
	for _, one := range table {
		if got := one.next(finish); got != one.want {
			t.Errorf("%s: %v instead of %v", one.name, got, one.want)
		}
	}
}

func TestListens(t *testing.T) {
	const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	const listening = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n"
	const open = "   1: 0100007F:1F90 0100007F:CAFE 01 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 0 0 10 0A\n"
	for text, want := range map[string]bool{"": false, head: false, head + open: false, head + open + listening: true} {
		if listens(text) != want {
			t.Errorf("%q", text)
		}
	}
}
