package templates

// Links to the sections of RFCs.

import (
	"regexp"

	"github.com/a-h/templ"
)

var rfcReference = regexp.MustCompile(`^RFC (\d+)(?: §(\d+(?:\.\d+)*))?$`)

// RefURL is where ref stands, if it is an RFC or a section of one, such as "RFC 6455 §5.2".
func RefURL(ref string) (url string, ok bool) {
	m := rfcReference.FindStringSubmatch(ref)
	if m == nil {
		return "", false
	}
	url = "https://www.rfc-editor.org/rfc/rfc" + m[1]
	if m[2] != "" {
		url += "#section-" + m[2]
	}
	return url, true
}

func safeRefURL(ref string) templ.SafeURL {
	url, _ := RefURL(ref)
	return templ.SafeURL(url)
}

func isRef(ref string) bool {
	_, ok := RefURL(ref)
	return ok
}
