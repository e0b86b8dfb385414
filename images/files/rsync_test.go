package main

import (
	"strings"
	"testing"
)

func TestServerArgs(t *testing.T) {
	shares := []share{{Name: "s0", Path: "/gefyra/conf"}, {Name: "s1", Path: "/gefyra/data/a b", Write: true}}
	reads := "--server --sender -HogtprSe.LsfxCIvu --timeout=60 --numeric-ids"
	for _, one := range []struct{ name, args, want string }{
		{"a directory", reads + " . s0/", reads + " . /gefyra/conf/"},
		{"a file", reads + " . s0/conf", reads + " . /gefyra/conf"},
		{"a file of another name", reads + " . s0/passwd", ""},
		{"writing where it is allowed", "--server -lHtprSe.iLsfxCIvu --timeout=60 -@-1 --delay-updates --info=NONREG0 . s1/",
			"--server -lHtprSe.iLsfxCIvu --timeout=60 -@-1 --delay-updates --info=NONREG0 . /gefyra/data/a b/"},
		{"writing where it is not", "--server -lHtprSe.LsfxCIvu . s0/", ""},
		{"another share", reads + " . s2/", ""},
		{"a path", reads + " . /etc/", ""},
		{"a way out of the share", reads + " . s0/../../", ""},
		{"an option that removes", "--server --sender -r --remove-source-files . s0/", ""},
		{"an option that writes", "--server --sender -r --log-file=/gefyra/conf/x . s0/", ""},
		{"a daemon with settings of its own", "--server --daemon --config=/tmp/x . s0/", ""},
		{"short options that are not known", "--server --sender -rs . s0/", ""},
		{"no server", "-r . s0/", ""},
		{"nothing", "", ""},
	} {
		args, err := serverArgs(strings.Fields(one.args), shares)
		if got := strings.Join(args, " "); got != one.want || (one.want == "") != (err != nil) {
			t.Errorf("%s: %q, %v", one.name, got, err)
		}
	}
}

func TestTransfers(t *testing.T) {
	texts := func(one followed, back bool) (texts []string) {
		for _, args := range transfers(one, back) {
			texts = append(texts, strings.Join(args, " "))
		}
		return texts
	}
	folder := texts(followed{Name: "s0", Folder: "/sync/s0"}, false)
	if len(folder) != 2 {
		t.Fatal(folder)
	}
	if strings.Contains(folder[0], " -l ") || strings.Contains(folder[0], "--delete") {
		t.Errorf("links and removals come with the files: %s", folder[0])
	}
	if !strings.Contains(folder[1], " -l --delete-after ") || !strings.HasSuffix(folder[1], " pod:s0/ /sync/s0/") {
		t.Errorf("%s", folder[1])
	}
	file := texts(followed{Name: "s1", Folder: "/sync/s1", File: "app"}, false)
	if len(file) != 1 || !strings.Contains(file[0], " -L ") || !strings.HasSuffix(file[0], " pod:s1/app /sync/s1/") {
		t.Errorf("%v", file)
	}
	back := texts(followed{Name: "s2", Folder: "/sync/s2", Back: true}, true)
	if len(back) != 1 || strings.Contains(back[0], "delete") || !strings.HasSuffix(back[0], " /sync/s2/ pod:s2/") {
		t.Errorf("%v", back)
	}
}

func TestReason(t *testing.T) {
	for said, want := range map[string]string{
		"rsync: [receiver] write failed on \"/sync/s0/big\": No space left on device (28)\nrsync error: error in file IO (code 11) at receiver.c(381) [receiver=3.4.1]\n": `write failed on "/sync/s0/big": No space left on device (28)`,
		"files: dial tcp 10.0.0.1:1: connection refused\nrsync: connection unexpectedly closed (0 bytes received so far) [Receiver]\n":                                    "dial tcp 10.0.0.1:1: connection refused",
		"rsync: connection unexpectedly closed (0 bytes received so far)\nrsync error: unexplained error\n":                                                               "rsync failed: rsync: connection unexpectedly closed (0 bytes received so far)",
		"": "rsync failed: ",
	} {
		if got := reason(said); got != want {
			t.Errorf("%q: %q", said, got)
		}
	}
}

func TestPermissions(t *testing.T) {
	peer := strings.Repeat("0", 64)
	for _, one := range []struct {
		asked permission
		good  bool
	}{
		{permission{peer, []share{{Name: "s0", Path: "/x"}}}, true},
		{permission{peer, []share{{Name: "s0", Path: "x"}}}, false},
		{permission{peer, []share{{Name: "../s0", Path: "/x"}}}, false},
		{permission{"all", nil}, false},
	} {
		if problem := one.asked.problem(); (problem == "") != one.good {
			t.Errorf("%v: %q", one.asked, problem)
		}
	}
}
