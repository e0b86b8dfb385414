package carrier

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"syscall"
	"unsafe"
)

// Of linux/netfilter_ipv4/ip_tables.h, on 64 bits.
const (
	soGetInfo    = 64
	soGetEntries = 65
	nameSize     = 32
	// struct ipt_getinfo: name, valid_hooks, hook_entry[5], underflow[5], num_entries, size.
	infoSize      = 84
	atHookEntry   = 36
	atUnderflow   = 56
	atSize        = 80
	preRouting    = 0
	entriesHeader = 40
	// struct ipt_entry: target_offset and next_offset; struct xt_entry_target: its name.
	atTarget     = 88
	atNext       = 90
	entrySize    = 112
	atTargetName = 2
)

// legacyRedirect returns REDIRECT or DNAT if rules of iptables-legacy redirect inbound traffic of this network namespace;
// nft does not list these rules. Needs CAP_NET_ADMIN only: iptables' own programs open a raw socket, which needs another
// capability. A table that is not in use is not queried, because that would create it.
func legacyRedirect() (string, error) {
	names, err := os.ReadFile("/proc/net/ip_tables_names")
	if err != nil || !strings.Contains("\n"+string(names), "\nnat\n") {
		return "", nil
	}
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", fmt.Errorf("iptables' table nat: %w", err)
	}
	defer syscall.Close(socket)
	info := make([]byte, infoSize)
	if err := getOption(socket, soGetInfo, info); err != nil {
		return "", fmt.Errorf("iptables' table nat: %w", err)
	}
	entryOf := func(at int) uint32 { return binary.NativeEndian.Uint32(info[at+4*preRouting:]) }
	// The chain has only its policy.
	if entryOf(atHookEntry) == entryOf(atUnderflow) {
		return "", nil
	}
	size := binary.NativeEndian.Uint32(info[atSize:])
	entries := make([]byte, entriesHeader+int(size))
	binary.NativeEndian.PutUint32(entries[nameSize:], size)
	if err := getOption(socket, soGetEntries, entries); err != nil {
		return "", fmt.Errorf("the entries of iptables' table nat: %w", err)
	}
	return redirectAmong(entries[entriesHeader:]), nil
}

func getOption(socket int, option uintptr, buffer []byte) error {
	copy(buffer, "nat\x00")
	length := uint32(len(buffer))
	_, _, errno := syscall.Syscall6(syscall.SYS_GETSOCKOPT, uintptr(socket), syscall.IPPROTO_IP, option,
		uintptr(unsafe.Pointer(&buffer[0])), uintptr(unsafe.Pointer(&length)), 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// redirectAmong returns the first target of the entries that redirects. Pure.
func redirectAmong(entries []byte) string {
	for len(entries) >= entrySize {
		target := int(binary.NativeEndian.Uint16(entries[atTarget:])) + atTargetName
		next := int(binary.NativeEndian.Uint16(entries[atNext:]))
		if next < entrySize || next > len(entries) || target > next {
			return ""
		}
		name, _, _ := bytes.Cut(entries[target:next], []byte{0})
		if string(name) == "REDIRECT" || string(name) == "DNAT" {
			return string(name)
		}
		entries = entries[next:]
	}
	return ""
}
