package inspector

// Close codes and the body of a close frame (RFC 6455 §5.5.1 and §7.4).

import (
	"encoding/binary"
	"fmt"
)

// CloseCode is the two-byte status code of a close frame.
type CloseCode uint16

const (
	CloseNormal           CloseCode = 1000
	CloseGoingAway        CloseCode = 1001
	CloseProtocolError    CloseCode = 1002
	CloseUnsupportedData  CloseCode = 1003
	CloseNoStatus         CloseCode = 1005 // never sent: a close frame without a body
	CloseAbnormal         CloseCode = 1006 // never sent: no close frame came
	CloseInvalidPayload   CloseCode = 1007
	ClosePolicyViolation  CloseCode = 1008
	CloseMessageTooBig    CloseCode = 1009
	CloseMissingExtension CloseCode = 1010
	CloseInternalError    CloseCode = 1011
	CloseServiceRestart   CloseCode = 1012
	CloseTryAgainLater    CloseCode = 1013
	CloseBadGateway       CloseCode = 1014
	CloseTLSHandshake     CloseCode = 1015 // never sent
)

// MaxCloseReason is how many bytes of reason fit behind the code in a control frame.
const MaxCloseReason = MaxControlPayload - 2

var closeNames = map[CloseCode]string{
	CloseNormal:           "normal closure",
	CloseGoingAway:        "going away",
	CloseProtocolError:    "protocol error",
	CloseUnsupportedData:  "unsupported data",
	1004:                  "reserved",
	CloseNoStatus:         "no status received",
	CloseAbnormal:         "abnormal closure",
	CloseInvalidPayload:   "invalid frame payload data",
	ClosePolicyViolation:  "policy violation",
	CloseMessageTooBig:    "message too big",
	CloseMissingExtension: "mandatory extension missing",
	CloseInternalError:    "internal server error",
	CloseServiceRestart:   "service restart",
	CloseTryAgainLater:    "try again later",
	CloseBadGateway:       "bad gateway",
	CloseTLSHandshake:     "TLS handshake failed",
}

// Name is what the registry calls c, or the range that it lies in.
func (c CloseCode) Name() string {
	if name, ok := closeNames[c]; ok {
		return name
	}
	switch {
	case c < 1000:
		return "not used"
	case c < 3000:
		return "reserved for the protocol and its extensions"
	case c < 4000:
		return "for libraries and frameworks"
	case c < 5000:
		return "for private use"
	}
	return "outside the defined ranges"
}

func (c CloseCode) String() string { return fmt.Sprintf("%d %s", uint16(c), c.Name()) }

// MaySend reports whether an endpoint may put c into a close frame: the registered codes but
// for 1004, 1005, 1006 and 1015, and 3000 to 4999 (RFC 6455 §7.4).
func (c CloseCode) MaySend() bool {
	switch c {
	case 1004, CloseNoStatus, CloseAbnormal, CloseTLSHandshake:
		return false
	}
	return c >= 1000 && c <= CloseBadGateway || c >= 3000 && c <= 4999
}

// CloseBody is what a close frame says. The code is CloseNoStatus when the frame had no body.
type CloseBody struct {
	Code   CloseCode
	Reason string // as it stood on the wire; may be invalid UTF-8
}

// ParseCloseBody reads the unmasked payload of a close frame.
// A body of a single byte holds no code: ok is false.
func ParseCloseBody(p []byte) (b CloseBody, ok bool) {
	switch len(p) {
	case 0:
		return CloseBody{Code: CloseNoStatus}, true
	case 1:
		return CloseBody{Code: CloseNoStatus}, false
	}
	return CloseBody{Code: CloseCode(binary.BigEndian.Uint16(p)), Reason: string(p[2:])}, true
}
