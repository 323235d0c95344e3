package handlers

// The query of a request, read as strictly as it was meant.

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// queryOf reads r's query; ref is what a refusal refers to, empty for the default. Each pair must
// be readable and each name stand once: url.Values would drop the one, and its Get hide the other.
func queryOf(r *http.Request, ref string) (url.Values, error) {
	q, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		err.Ref = ref
		return nil, err
	}
	return q, nil
}

func parseQuery(raw string) (url.Values, *StatusError) {
	q := make(url.Values)
	for pair := range strings.SplitSeq(raw, "&") {
		one, err := url.ParseQuery(pair)
		if err != nil {
			return nil, &StatusError{Code: http.StatusBadRequest, Err: err,
				Text: fmt.Sprintf("The query holds %q, which can't be read. Write name=value with & between pairs; a percent sign is %%25 and a semicolon %%3B.", clipped(pair))}
		}
		for name, values := range one {
			if q.Has(name) {
				return nil, &StatusError{Code: http.StatusBadRequest,
					Text: fmt.Sprintf("%s stands more than once in the query, the second time as %q. Give it one value.", clipped(name), clipped(pair))}
			}
			q[name] = values
		}
	}
	return q, nil
}
