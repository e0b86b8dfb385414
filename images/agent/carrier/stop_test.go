package carrier

import (
	"testing"
	"time"
)

func TestEnding(t *testing.T) {
	settings := Settings{Finish: 500 * time.Millisecond, Endpoints: 5 * time.Second}
	const soon, later = time.Second, time.Minute
	table := []struct {
		name string
		ending
		want step
	}{
		{"nothing was taken", ending{}, exit},
		{"nothing is taken beside the original", ending{Beside: true}, exit},
		{"in its place Nginx is told at once", ending{Nginx: true}, quit},
		{"its requests have time", ending{Nginx: true, Asked: true, SinceAsked: settings.Finish - 1}, wait},
		{"but not for ever", ending{Nginx: true, Asked: true, SinceAsked: settings.Finish, Open: 1}, kill},
		{"beside, the endpoints have to follow first", ending{Beside: true, Redirects: true, Since: soon}, wait},
		{"also where Nginx takes the traffic", ending{Beside: true, Redirects: true, Nginx: true, Since: soon}, wait},
		{"then it is over if nobody is connected", ending{Beside: true, Redirects: true, Since: later}, exit},
		{"but not before", ending{Beside: true, Redirects: true, Since: later, Open: 1}, wait},
		{"connections outlive the rules", ending{Beside: true, Open: 1}, wait},
		{"where Nginx takes it, new connections go to the original",
			ending{Beside: true, Redirects: true, Nginx: true, Since: later, Open: 1}, restore},
		{"then Nginx is told", ending{Beside: true, Nginx: true, Restored: true, Since: later, Open: 1}, quit},
		{"and has all the time of the pod",
			ending{Beside: true, Nginx: true, Restored: true, Asked: true, Since: later, SinceAsked: later}, wait},
		{"when it is done, others may still be connected",
			ending{Beside: true, Redirects: true, Restored: true, Asked: true, Since: later, Open: 1}, wait},
		{"when nobody is, Carrier is done",
			ending{Beside: true, Redirects: true, Restored: true, Asked: true, Since: later}, exit},
	}
	for _, one := range table {
		if got := one.next(settings); got != one.want {
			t.Errorf("%s: %v instead of %v", one.name, got, one.want)
		}
	}
}
