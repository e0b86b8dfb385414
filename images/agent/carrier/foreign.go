package carrier

import (
	"encoding/json"
	"fmt"
	"strings"

	"gefyra/agent/contract"
)

type chain struct{ family, table, name string }

func (c chain) String() string { return c.family + " " + c.table + " " + c.name }

// place is what `nft -j list ruleset` says of a chain, rule or map (libnftables-json(5)).
type place struct {
	Family string          `json:"family"`
	Table  string          `json:"table"`
	Name   string          `json:"name"`
	Chain  string          `json:"chain"`
	Hook   string          `json:"hook"`
	Expr   json.RawMessage `json:"expr"`
	Elem   json.RawMessage `json:"elem"`
}

// relevant: IPv4 only, as Carrier's own rules, and not those.
func (p place) relevant() bool {
	return (p.Family == "ip" || p.Family == "inet") && (p.Family != "ip" || p.Table != contract.NftablesTable)
}

// foreignRedirect returns the chain that redirects what comes in, of a ruleset that nft has listed as JSON: one that is
// reached from prerouting and is not Carrier's own. nft lists the rules of iptables-nft too, but not those of
// iptables-legacy. Empty: none. Pure.
func foreignRedirect(ruleset []byte) (string, error) {
	var listed struct {
		Nftables []struct{ Chain, Rule, Map *place }
	}
	if err := json.Unmarshal(ruleset, &listed); err != nil {
		return "", fmt.Errorf("nft's list of rules: %w", err)
	}
	var begins []chain
	takes, leads := map[chain]bool{}, map[chain][]chain{}
	maps := map[chain]*place{}
	for _, one := range listed.Nftables {
		if one.Map != nil {
			maps[chain{one.Map.Family, one.Map.Table, one.Map.Name}] = one.Map
		}
		if one.Chain != nil && one.Chain.relevant() && one.Chain.Hook == "prerouting" {
			begins = append(begins, chain{one.Chain.Family, one.Chain.Table, one.Chain.Name})
		}
	}
	for _, one := range listed.Nftables {
		if one.Rule == nil || !one.Rule.relevant() {
			continue
		}
		at := chain{one.Rule.Family, one.Rule.Table, one.Rule.Chain}
		found := statements{}
		found.read(one.Rule.Expr)
		for _, name := range found.maps {
			if named := maps[chain{at.family, at.table, name}]; named != nil {
				found.read(named.Elem)
			}
		}
		takes[at] = takes[at] || found.redirects
		for _, target := range found.targets {
			leads[at] = append(leads[at], chain{at.family, at.table, target})
		}
	}
	return reached(begins, takes, leads), nil
}

func reached(begins []chain, takes map[chain]bool, leads map[chain][]chain) string {
	seen := map[chain]bool{}
	for next := begins; len(next) > 0; {
		at := next[0]
		next = next[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		if takes[at] {
			return "nftables, chain " + at.String()
		}
		next = append(next, leads[at]...)
	}
	return ""
}

// statements of a rule that matter here.
type statements struct {
	redirects bool
	// targets: chains that the rule leads to; maps: names of maps that may lead to more.
	targets, maps []string
}

func (s *statements) read(expr json.RawMessage) {
	var parsed any
	if json.Unmarshal(expr, &parsed) == nil {
		s.walk(parsed)
	}
}

func (s *statements) walk(value any) {
	switch value := value.(type) {
	case []any:
		for _, one := range value {
			s.walk(one)
		}
	case string:
		if name, ok := strings.CutPrefix(value, "@"); ok {
			s.maps = append(s.maps, name)
		}
	case map[string]any:
		for key, inner := range value {
			fields, _ := inner.(map[string]any)
			switch key {
			case "redirect", "dnat":
				s.redirects = true
			case "xt":
				s.redirects = s.redirects || fields["name"] == "REDIRECT" || fields["name"] == "DNAT"
			case "jump", "goto":
				if target, ok := fields["target"].(string); ok {
					s.targets = append(s.targets, target)
				}
			}
			s.walk(inner)
		}
	}
}
