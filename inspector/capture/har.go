package capture

// The shapes of a HAR file (HTTP Archive 1.2), with WebSocket messages as Chrome writes them.

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// harFile is the whole file.
type harFile struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Pages   []struct{} `json:"pages"`
	Entries []harEntry `json:"entries"`
	Comment string     `json:"comment,omitempty"`
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// harEntry is one request with its answer. Names that begin with _ are Chrome's own, but for those
// of control frames, which Chrome doesn't write at all.
type harEntry struct {
	Connection    string      `json:"connection,omitempty"`
	ResourceType  string      `json:"_resourceType,omitempty"`
	Started       string      `json:"startedDateTime"`
	Time          float64     `json:"time"`
	Request       harRequest  `json:"request"`
	Response      harResponse `json:"response"`
	Cache         struct{}    `json:"cache"`
	Timings       harTimings  `json:"timings"`
	ServerAddress string      `json:"serverIPAddress,omitempty"`
	Messages      harMessages `json:"_webSocketMessages,omitempty"`
	Control       harMessages `json:"_webSocketControlFrames,omitempty"`
	Comment       string      `json:"comment,omitempty"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Headers     harFields `json:"headers"`
	Query       harFields `json:"queryString"`
	Cookies     harFields `json:"cookies"`
	HeadersSize int64     `json:"headersSize"`
	BodySize    int64     `json:"bodySize"`
	PostData    *harPost  `json:"postData,omitempty"`
}

type harPost struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Comment  string `json:"comment,omitempty"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Headers     harFields  `json:"headers"`
	Cookies     harFields  `json:"cookies"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int64      `json:"headersSize"`
	BodySize    int64      `json:"bodySize"`
}

type harContent struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

// Lists of small things take many times the room of the text that they stand in: {} is three bytes.
const (
	mostFields   = 1 << 12 // of one list
	mostMessages = 1 << 18 // of one list, and of one HAR
)

type (
	harFields   []harField
	harMessages []harMessage
)

func (l *harFields) UnmarshalJSON(b []byte) (err error) {
	*l, err = atMost[harField](b, mostFields, "header fields")
	return err
}

func (l *harMessages) UnmarshalJSON(b []byte) (err error) {
	*l, err = atMost[harMessage](b, mostMessages, "messages")
	return err
}

// atMost reads a list, which may be null, and stops at one member more than it may have.
func atMost[T any](b []byte, most int, what string) (list []T, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t == nil {
		return nil, err
	} else if t != json.Delim('[') {
		return nil, fmt.Errorf("%s stands in the place of a list", clip(fmt.Sprint(t)))
	}
	for d.More() {
		if len(list) == most {
			return nil, fmt.Errorf("an entry has more than %d %s (limit: %s of a HAR)", most, what, what)
		}
		var one T
		if err := d.Decode(&one); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

type harField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// harMessage is a message as Chrome writes it: opcode 1 with text, opcode 2 with base64. Length and
// Truncated are there where a log has not kept all of it.
type harMessage struct {
	Type      string  `json:"type"` // send or receive
	Time      float64 `json:"time"` // seconds since 1970
	Opcode    int     `json:"opcode"`
	Data      string  `json:"data"`
	Length    uint64  `json:"_length,omitempty"`
	Truncated bool    `json:"_truncated,omitempty"`
}
