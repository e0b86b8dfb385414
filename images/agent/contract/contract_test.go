package contract

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestAllValuesAreThoseOfTheContract(t *testing.T) {
	text, err := os.ReadFile("../../contract.json")
	if err != nil {
		t.Fatal(err)
	}
	var contract map[string]any
	if err := json.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	for path, value := range map[string]any{
		"ports.wireguard":           WireguardPort,
		"ports.relayInCargo":        RelayInCargo,
		"ports.relayInPod":          RelayInPod,
		"ports.health":              HealthPort,
		"marks.wireguard":           WireguardMark,
		"marks.published":           PublishedMark,
		"device":                    Device,
		"deviceGroups.apps":         AppsGroup,
		"smallestMtu":               SmallestMTU,
		"user":                      User,
		"nftables.table":            NftablesTable,
		"nftables.chain":            NftablesChain,
		"paths.cargoState":          CargoState,
		"paths.relayFolder":         RelayFolder,
		"files.relayTarget":         RelayTarget,
		"files.relayToken":          RelayToken,
		"files.cargo":               CargoFiles,
		"files.stowaway":            StowawayFiles,
		"exitCodes.noForwarding":    NoForwarding,
		"exitCodes.foreignRedirect": ForeignRedirect,
	} {
		var found any = contract
		for _, key := range strings.Split(path, ".") {
			inner, _ := found.(map[string]any)
			found = inner[key]
		}
		if fmt.Sprint(found) != fmt.Sprint(value) {
			t.Errorf("%s is %v in the contract, and %v here", path, found, value)
		}
	}
}
