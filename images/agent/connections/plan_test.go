package connections

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestPlan(t *testing.T) {
	const kernel = `{"port":80,"protocol":"TCP","to":["10.0.0.5:30001"],"drainMs":5000}`
	const nginx = `{"port":80,"protocol":"TCP","listen":61080,"to":["10.0.0.5:30001"],"drainMs":5000}`
	const shared = `{"port":80,"protocol":"TCP","listen":61080,"to":["10.0.0.5:30001","10.0.0.5:30002"],"drainMs":5000}`
	const udp = `{"port":53,"protocol":"UDP","to":["10.0.0.5:30001"],"drainMs":5000}`
	in := func(drain Drain) []Drain {
		drain.Timeout = 5 * time.Second
		if drain.Name == "" {
			drain.Name = "80-tcp"
		}
		return []Drain{drain}
	}
	for name, test := range map[string]struct {
		was, is, silent string
		want            []Drain
	}{
		"the first bridge, in the kernel":   {"", kernel, "", in(Drain{Sockets: []uint16{80}})},
		"the first bridge, through Nginx":   {"", nginx, "", in(Drain{Sockets: []uint16{80}})},
		"nothing changed":                   {kernel, kernel, "", nil},
		"connections are kept":              {"", `{"port":80,"protocol":"TCP","to":["10.0.0.5:30001"]}`, "", nil},
		"the way back, in the kernel":       {kernel, "", "", in(Drain{Forwarded: []string{"10.0.0.5:30001"}})},
		"the way back of a silent client":   {kernel, "", `"10.0.0.5:30001"`, in(Drain{Reset: []string{"10.0.0.5:30001"}})},
		"the way back, through Nginx":       {nginx, "", "", in(Drain{Sockets: []uint16{61080}})},
		"the way back, connections kept":    {`{"port":80,"protocol":"TCP","to":["10.0.0.5:30001"]}`, "", "", nil},
		"nobody serves but the original":    {kernel, `{"port":80,"protocol":"TCP","to":[],"drainMs":9}`, "", in(Drain{Forwarded: []string{"10.0.0.5:30001"}})},
		"another bridge joins in Nginx":     {nginx, shared, "", nil},
		"one of two bridges goes":           {shared, nginx, "", in(Drain{Upstreams: []string{"10.0.0.5:30002"}})},
		"from the kernel to Nginx":          {kernel, nginx, "", in(Drain{Forwarded: []string{"10.0.0.5:30001"}})},
		"from Nginx to the kernel":          {nginx, kernel, "", in(Drain{Sockets: []uint16{61080}})},
		"another port of Stowaway":          {kernel, `{"port":80,"protocol":"TCP","to":["10.0.0.5:30009"],"drainMs":5000}`, "", in(Drain{Forwarded: []string{"10.0.0.5:30001"}})},
		"another Stowaway":                  {kernel, `{"port":80,"protocol":"TCP","to":["10.0.0.6:30001"],"drainMs":5000}`, "", in(Drain{Reset: []string{"10.0.0.5:30001"}})},
		"datagrams come":                    {"", udp, "", in(Drain{Name: "53-udp", Datagrams: []uint16{53}})},
		"datagrams go":                      {udp, "", "", in(Drain{Name: "53-udp", Datagrams: []uint16{53}})},
		"the same number, another protocol": {kernel, kernel + `,{"port":80,"protocol":"UDP","to":["10.0.0.5:30002"],"drainMs":5000}`, "", in(Drain{Name: "80-udp", Datagrams: []uint16{80}})},
	} {
		got := plan(ports(t, test.was, ""), ports(t, test.is, test.silent))
		if len(got) != len(test.want) || len(got) > 0 && !reflect.DeepEqual(tidy(got[0]), tidy(test.want[0])) {
			t.Errorf("%s: %+v, not %+v", name, got, test.want)
		}
	}
}

func ports(t *testing.T, list, silent string) Ports {
	t.Helper()
	var all Ports
	if err := json.Unmarshal([]byte(`{"ports":[`+list+`],"silent":[`+silent+`]}`), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// tidy: an empty list is as good as none.
func tidy(drain Drain) string {
	for _, list := range []*[]string{&drain.Upstreams, &drain.Forwarded, &drain.Reset} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	text, _ := json.Marshal(drain)
	return string(text)
}
