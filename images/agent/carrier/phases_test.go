package carrier

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestPhases(t *testing.T) {
	const toNginx, toStowaway = "redirect to :1", "dnat ip to 1"
	type phase struct{ apply, says, records string }
	table := []struct {
		name   string
		phases []phase
	}{
		{"Nginx starts, reloads, stops and starts", []phase{
			{"one | -", "applied: nginx", "nginx start one"},
			{"one | -", "unchanged", ""},
			{"two | -", "applied: nginx", "nginx reload two"},
			{" | -", "applied: nginx", "nginx quit"},
			{"two | -", "applied: nginx", "nginx start two"},
		}},
		{"Nginx listens before packets come, and stops after them", []phase{
			{"one | " + toNginx, "applied: nginx nftables",
				"nft check " + toNginx + ", nginx start one, nft load " + toNginx},
			{"one | " + toStowaway, "applied: nftables", "nft load " + toStowaway},
			{"- | " + toNginx, "applied: nftables", "nft load " + toNginx},
			{" | empty", "applied: nftables nginx", "nft load empty, nginx quit"},
			{" | empty", "unchanged", ""},
		}},
		{"a file that is refused changes nothing", []phase{
			{"one | " + toNginx, "applied: nginx nftables",
				"nft check " + toNginx + ", nginx start one, nft load " + toNginx},
			{"invalid | " + toStowaway,
				"1 carrier: nginx.conf refused, nothing changed: nginx: [emerg] invalid", "nft check " + toStowaway},
			{"two | bad", "1 carrier: nftables.conf refused, nothing changed: Error: bad rules", "nft check bad"},
			{"- | unloadable", "1 carrier: nftables.conf refused, nothing changed: Error: unloadable rules",
				"nft load unloadable"},
			{"- | -", "1 carrier: neither nginx.conf nor nftables.conf is in the tar", ""},
			{"one | " + toNginx, "unchanged", ""},
		}},
		{"nft fails half-way: it is tried again", []phase{
			{"one | unloadable", "1 carrier: nftables.conf refused, nothing changed: Error: unloadable rules",
				"nft check unloadable, nginx start one, nft load unloadable"},
			{"one | " + toNginx, "applied: nftables", "nft load " + toNginx},
		}},
		{"Nginx that does not serve leaves the old configuration", []phase{
			{"dies | -", "1 carrier: Nginx did not take nginx.conf", "nginx start dies"},
			{"one | -", "applied: nginx", "nginx start one"},
			{"unservable | -", "1 carrier: Nginx did not take nginx.conf", "nginx reload unservable"},
			{"one | -", "unchanged", ""},
			{"two | -", "applied: nginx", "nginx reload two"},
		}},
		{"open connections follow when the rest is in force", []phase{
			{" | " + toNginx + " | 3", "applied: nftables nginx\nconnections: 3",
				"nft load " + toNginx + ", agent connections switch 3"},
			{" | " + toNginx + " | 0", "unchanged", "agent connections switch 0"},
			{" | " + toStowaway + " | odd", "applied: nftables", "nft load " + toStowaway},
			{" | unloadable | 3", "1 carrier: nftables.conf refused, nothing changed: Error: unloadable rules",
				"nft load unloadable"},
			{"- | - | 3", "1 carrier: neither nginx.conf nor nftables.conf is in the tar", ""},
		}},
		{"Nginx that does not serve at first is ended", []phase{
			{"unservable | -", "1 carrier: Nginx did not take nginx.conf", "nginx start unservable, nginx terminated"},
			{"one | -", "applied: nginx", "nginx start one"},
		}},
	}
	for _, one := range table {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "TAKE=1s")
			for i, phase := range one.phases {
				r.expect(fmt.Sprintf("%d: apply %q", i, phase.apply), r.apply(phase.apply), phase.says)
				// Nginx is told to quit when `apply` has ended.
				end := time.Now().Add(time.Second)
				got := r.recorded()
				for got == "" && phase.records != "" || strings.HasSuffix(phase.records, "quit") && !strings.HasSuffix(got, "quit") {
					if time.Now().After(end) {
						break
					}
					time.Sleep(10 * time.Millisecond)
					got = strings.TrimPrefix(got+", "+r.recorded(), ", ")
					got = strings.TrimSuffix(got, ", ")
				}
				r.expect(fmt.Sprintf("%d: apply %q records", i, phase.apply), got, phase.records)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Run("a pod that does not forward", func(t *testing.T) {
		r := newRig(t)
		os.WriteFile(r.path("forwarding"), []byte("0\n"), 0o600)
		r.expect("dnat", r.apply("one | dnat ip to 1"), "3 carrier: nftables.conf refused: the pod does not forward packets")
		r.expect("records", r.recorded(), "nft check dnat ip to 1")
		r.expect("redirect", r.apply("one | redirect to 1"), "applied: nginx nftables")
	})
	t.Run("a pod whose traffic somebody else redirects", func(t *testing.T) {
		r := newRig(t)
		os.WriteFile(r.path("ruleset"), []byte(`{"nftables":[
			{"chain":{"family":"ip","table":"nat","name":"PREROUTING","hook":"prerouting"}},
			{"rule":{"family":"ip","table":"nat","chain":"PREROUTING","expr":[{"redirect":{"port":15006}}]}}]}`), 0o600)
		r.expect("redirect", r.apply("- | redirect to 1"), "4 carrier: nothing changed: the pod already redirects inbound "+
			"traffic (nftables, chain ip nat PREROUTING), as a mesh's proxy does, which mode beside would bypass")
		r.expect("records", r.recorded(), "")
		r.expect("no redirect", r.apply(" | empty"), "applied: nftables nginx")
	})
	t.Run("what is not a tar", func(t *testing.T) {
		r := newRig(t)
		said := r.ask([]byte(strings.Repeat("no tar ", 100)), "apply")
		r.expect("apply", said[:min(len(said), 48)], "1 carrier: cannot read the state: not a tar: arc")
	})
	t.Run("a command that there is not", func(t *testing.T) {
		r := newRig(t)
		r.expect("bogus", r.ask(nil, "bogus"), "1 carrier: unknown command 'bogus': run, apply, status, source or running")
		r.expect("source", r.ask(nil, "source", "a"), "1 carrier: 'a' is not an IPv4 address")
		r.expect("source", r.ask(nil, "source", "127.0.0.1"), "127.0.0.1")
	})
}

func TestStatus(t *testing.T) {
	r := newRig(t)
	r.expect("at first", r.ask(nil, "status"), `{"configured":false,"config":"","nginx":"stopped","spoken":[]}`)
	r.expect("running", r.ask(nil, "running"), "")
	r.expect("apply", r.apply("one | -"), "applied: nginx")
	for _, name := range []string{"spoken-80-http", "spoken-8443-tls"} {
		r.spoke(name)
	}
	const digest = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
	r.expect("then", r.ask(nil, "status"),
		`{"configured":true,"config":"`+digest+`","nginx":"running","spoken":["80-http","8443-tls"]}`)
	r.expect("apply", r.apply("two | -"), "applied: nginx")
	if said := r.ask(nil, "status"); !strings.Contains(said, `"spoken":[]`) {
		t.Error(said)
	}
	r.expect("apply", r.apply("two | - | 2"), "unchanged\nconnections: 2")
	if said := r.ask(nil, "status"); !strings.HasSuffix(said, `"connections":[{"port":"80-tcp","moved":1,"cut":0,"open":2}]}`) {
		t.Error(said)
	}
	r.run.Process.Kill()
	r.exits()
	r.expect("without run", r.ask(nil, "running"), "1 carrier: 'carrier run' is not up")
}

func (r *rig) spoke(name string) {
	r.Helper()
	if err := exec.Command("sh", "-c", "cd "+r.path("carrier-")+"[0-9]* && touch "+name).Run(); err != nil {
		r.Fatal(err)
	}
}

func TestSignals(t *testing.T) {
	table := []struct {
		name, apply string
		signal      syscall.Signal
		records     string
	}{
		{"without configuration", "", syscall.SIGTERM, ""},
		{"in the original's place", "one | -", syscall.SIGTERM, "nginx quit"},
		{"by another signal", "one | -", syscall.SIGQUIT, "nginx quit"},
		{"with requests that do not end", "busy | -", syscall.SIGTERM, "nginx quit, nginx terminated"},
		{"beside the original", "one | redirect to :1", syscall.SIGTERM,
			"nft flush chain ip gefyra prerouting, nginx quit"},
	}
	for _, one := range table {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.ask(nil, "status")
			if one.apply != "" {
				r.apply(one.apply)
			}
			r.recorded()
			r.run.Process.Signal(one.signal)
			if code := r.exits(); code != 0 {
				t.Errorf("exit code %d", code)
			}
			r.expect("records", r.recorded(), one.records)
		})
	}
}

func TestStoppedDuringApply(t *testing.T) {
	r := newRig(t, "TAKE=1m")
	r.expect("apply", r.apply("one | redirect to :1"), "applied: nginx nftables")
	r.recorded()
	said := make(chan string)
	go func() { said <- r.apply("unservable | redirect to :2") }()
	for r.has(nginxFile) != "unservable" {
		time.Sleep(10 * time.Millisecond)
	}
	r.run.Process.Signal(syscall.SIGTERM)
	r.exits()
	<-said
	records := r.recorded()
	r.expect("records", records[strings.LastIndex(records, "unservable, "):],
		"unservable, nft flush chain ip gefyra prerouting, nginx quit")
}

func TestNginxDies(t *testing.T) {
	for apply, records := range map[string]string{
		"one | -":              "",
		"one | redirect to :1": "nft flush chain ip gefyra prerouting",
	} {
		t.Run(apply, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.apply(apply)
			r.recorded()
			kill := fmt.Sprintf("kill -9 $(cat /proc/%d/task/*/children)", r.run.Process.Pid)
			if err := exec.Command("sh", "-c", kill).Run(); err != nil {
				t.Fatal(err)
			}
			if code := r.exits(); code != 1 {
				t.Errorf("exit code %d", code)
			}
			r.expect("records", r.recorded(), records)
		})
	}
}

func TestApplyIsKilled(t *testing.T) {
	r := newRig(t)
	r.apply("one | redirect to :1")
	cmd := r.command("apply")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Start()
	stdin.Write(make([]byte, 100))
	time.Sleep(50 * time.Millisecond)
	cmd.Process.Kill()
	cmd.Wait()
	r.recorded()
	r.expect("the next one", r.apply("two | redirect to :1"), "applied: nginx")
	r.expect("on disk", r.has(nginxFile), "two")
}
