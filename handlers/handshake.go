package handlers

// The opening handshake, checked as RFC 6455 §4.2.1 asks, each refusal with its rule.

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"wireup/inspector"
)

// handshake is what a valid opening handshake offers.
type handshake struct {
	protocols  []string
	extensions []inspector.Extension
}

// errNoUpgrade is the cause of a refusal for a request that asks for no WebSocket at all.
var errNoUpgrade = errors.New("no upgrade to websocket asked for")

const (
	noUpgradeText = "This URL speaks WebSocket: it needs a handshake with Upgrade: websocket."
	noUpgradeRef  = "RFC 6455 §4.2.1"
)

// checkHandshake checks a request in the order in which the RFC lists what it must have. It leaves
// Upgrade and Connection without what else they listed: gorilla reads them again, and gives up at
// an empty element or a protocol's version.
func checkHandshake(r *http.Request) (h handshake, err error) {
	return checkHandshakeFrom(r, checkOrigin)
}

// checkHandshakeFrom leaves it to origin who may connect.
func checkHandshakeFrom(r *http.Request, origin func(values []string, host string) error) (h handshake, err error) {
	if r.Method != http.MethodGet {
		return h, refusal(http.StatusMethodNotAllowed, "RFC 6455 §4.1",
			"The handshake is a GET request, and this is "+r.Method+".", http.Header{"Allow": {"GET"}})
	}
	if !r.ProtoAtLeast(1, 1) {
		return h, refusal(http.StatusBadRequest, "RFC 6455 §4.1",
			"The handshake needs HTTP/1.1 or higher, and this is "+r.Proto+".", nil)
	}
	if !hasToken(r.Header, "Upgrade", "websocket") {
		e := refusal(http.StatusUpgradeRequired, noUpgradeRef, noUpgradeText, upgradeFields())
		e.Err = errNoUpgrade
		return h, e
	}
	if !hasToken(r.Header, "Connection", "Upgrade") {
		return h, refusal(http.StatusBadRequest, "RFC 6455 §4.2.1",
			"Upgrade: websocket came without Connection: Upgrade. Send both.", nil)
	}
	if r.ContentLength != 0 {
		return h, refusal(http.StatusBadRequest, "RFC 9110 §7.8",
			"The handshake announces a body, and what comes behind a handshake is frames. Leave Content-Length and Transfer-Encoding out.",
			http.Header{"Connection": {"close"}}) // else net/http waits for the body before it answers
	}
	if v := r.Header["Sec-Websocket-Version"]; len(v) != 1 || strings.TrimSpace(v[0]) != "13" {
		fields := upgradeFields()
		fields["Sec-WebSocket-Version"] = []string{"13"}
		return h, refusal(http.StatusUpgradeRequired, "RFC 6455 §4.4",
			"The handshake needs Sec-WebSocket-Version: 13, once. This server speaks no other version.", fields)
	}
	if err := checkKey(r.Header["Sec-Websocket-Key"]); err != nil {
		return h, err
	}
	if err := origin(r.Header["Origin"], r.Host); err != nil {
		return h, err
	}
	if h.protocols, err = parseProtocols(r.Header["Sec-Websocket-Protocol"]); err != nil {
		return h, err
	}
	h.extensions, err = parseOffers(r.Header["Sec-Websocket-Extensions"])
	r.Header["Upgrade"], r.Header["Connection"] = []string{"websocket"}, []string{"Upgrade"}
	return h, err
}

func refusal(code int, ref, text string, header http.Header) *StatusError {
	return &StatusError{Code: code, Text: text, Ref: ref, Header: header}
}

// upgradeFields are what a 426 must carry (RFC 9110 §15.5.22).
func upgradeFields() http.Header {
	return http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}}
}

// checkKey wants one key of 16 bytes in base64. The bits behind the sixteenth byte may be
// anything: the RFC's own sample, AQIDBAUGBwgJCgsMDQ4PEC==, has some that are not zero.
func checkKey(values []string) error {
	switch len(values) {
	case 0:
		return refusal(http.StatusBadRequest, "RFC 6455 §4.1",
			"The handshake has no Sec-WebSocket-Key. Send 16 random bytes in base64.", nil)
	case 1:
	default:
		return refusal(http.StatusBadRequest, "RFC 6455 §11.3.1",
			"Sec-WebSocket-Key stands more than once in the handshake. Send one.", nil)
	}
	key, err := base64.StdEncoding.DecodeString(values[0])
	if err != nil || len(key) != 16 {
		return &StatusError{Code: http.StatusBadRequest, Ref: "RFC 6455 §4.1", Err: err,
			Text: "Sec-WebSocket-Key is not 16 bytes in base64, which are 24 characters, the last two of them ==."}
	}
	return nil
}

// checkOrigin refuses pages of other sites. A program that is no browser sends no Origin.
func checkOrigin(values []string, host string) error {
	if len(values) == 0 {
		return nil
	}
	text := "The Origin of this handshake is another site. Only pages of this one may connect; a program that is no browser may leave Origin out."
	if len(values) == 1 {
		u, err := url.Parse(values[0])
		if err == nil && u.Host != "" && sameHost(u.Scheme, u.Host, host) {
			return nil
		}
	}
	return refusal(http.StatusForbidden, "RFC 6455 §10.2", text, nil)
}

// sameHost compares an origin's host with a Host field, either of which may leave out the
// scheme's own port.
func sameHost(scheme, origin, host string) bool {
	port := ":80"
	if scheme == "https" || scheme == "wss" {
		port = ":443"
	}
	return strings.EqualFold(strings.TrimSuffix(origin, port), strings.TrimSuffix(host, port))
}

// parseProtocols reads the subprotocols offered: tokens, each once (RFC 6455 §4.1).
func parseProtocols(values []string) ([]string, error) {
	if len(values) == 0 {
		return nil, nil
	}
	var list []string
	seen := make(map[string]bool)
	for _, p := range strings.Split(strings.Join(values, ","), ",") {
		p = strings.Trim(p, " \t")
		if !isToken(p) {
			return nil, refusal(http.StatusBadRequest, "RFC 6455 §4.1",
				"Sec-WebSocket-Protocol must be a list of tokens with commas between them.", nil)
		}
		if seen[p] {
			return nil, refusal(http.StatusBadRequest, "RFC 6455 §4.1",
				"Sec-WebSocket-Protocol offers "+p+" twice. Offer each subprotocol once.", nil)
		}
		seen[p] = true
		list = append(list, p)
	}
	return list, nil
}

// parseOffers reads the extensions offered.
func parseOffers(values []string) ([]inspector.Extension, error) {
	if len(values) == 0 {
		return nil, nil
	}
	list, err := inspector.ParseExtensions(strings.Join(values, ","))
	if err != nil || len(list) == 0 {
		return nil, &StatusError{Code: http.StatusBadRequest, Ref: "RFC 6455 §9.1", Err: err,
			Text: "Sec-WebSocket-Extensions must list extensions: name; parameter=value, name."}
	}
	return list, nil
}

// hasToken reports whether a list field holds a token, in any case.
func hasToken(h http.Header, name, token string) bool {
	for _, value := range h[http.CanonicalHeaderKey(name)] {
		for _, t := range strings.Split(value, ",") {
			if strings.EqualFold(strings.Trim(t, " \t"), token) {
				return true
			}
		}
	}
	return false
}

// isToken reports whether s is a token (RFC 9110 §5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
			strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}
