package tunnel

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"gefyra/agent/child"
	"gefyra/agent/contract"
	"gefyra/agent/role"
)

const (
	kernel      = "kernel"
	wireguardGo = "wireguard-go"
	// Of /dev/net/tun.
	tunMajor, tunMinor = 10, 200
	lookEvery          = 20 * time.Millisecond
)

// Device is the WireGuard device.
type Device struct {
	// Kind is "kernel" or "wireguard-go".
	Kind string
	// process makes the device where the kernel has no WireGuard.
	process *child.Process
}

func startDevice(settings Settings, program string) (*Device, error) {
	device := &Device{Kind: kernel}
	if !existsInKernel() {
		process, err := startWireguardGo(settings)
		if err != nil {
			return nil, err
		}
		device = &Device{wireguardGo, process}
	}
	if _, err := child.Run("ip", "link", "set", contract.Device, "up"); err != nil {
		return nil, err
	}
	role.Log(program, "device %s is up (%s)", contract.Device, device.Kind)
	return device, nil
}

// A pod that restarts a container keeps the device.
func existsInKernel() bool {
	if _, err := child.Run("ip", "link", "show", contract.Device); err == nil {
		return true
	}
	_, err := child.Run("ip", "link", "add", contract.Device, "type", "wireguard")
	return err == nil
}

func startWireguardGo(settings Settings) (*child.Process, error) {
	if err := makeTun(settings.Path("/dev/net/tun")); err != nil {
		return nil, fmt.Errorf("cannot create /dev/net/tun: NET_ADMIN and MKNOD are needed: %w", err)
	}
	// A killed wireguard-go leaves its socket, and a restarted container keeps its old file system.
	socket := settings.Path("/var/run/wireguard/" + contract.Device + ".sock")
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	process, err := child.Program{
		Name: wireguardGo, Args: []string{"--foreground", contract.Device},
		// This marks "already in the foreground", and suppresses its message about the missing kernel module.
		Environment: []string{"LOG_LEVEL=error", "WG_PROCESS_FOREGROUND=1"},
	}.Start(os.Stderr)
	if err != nil {
		return nil, err
	}
	// A container that ends here is started again by Docker, and a command in it fails meanwhile.
	for last := time.Now().Add(settings.DeviceWait); time.Now().Before(last); {
		if _, err := os.Stat(socket); err == nil {
			return process, nil
		}
		select {
		case <-process.Ended():
			return nil, fmt.Errorf("cannot start wireguard-go: no device %s: %w", contract.Device, process.Result())
		case <-time.After(lookEvery):
		}
	}
	process.Stop(settings.StopWait)
	return nil, fmt.Errorf("cannot start wireguard-go: no device %s", contract.Device)
}

func makeTun(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return syscall.Mknod(path, syscall.S_IFCHR|0o600, tunMajor<<8|tunMinor)
}
