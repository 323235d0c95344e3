//go:build !linux

package handlers

// Where no kernel tells of a connection what Linux does.

import (
	"fmt"
	"net"
	"runtime"
)

func tcpInfoOf(net.Conn) (tcpInfo, error) {
	return tcpInfo{}, fmt.Errorf("only Linux tells of a connection what TCP_INFO does, and this server runs on %s", runtime.GOOS)
}
