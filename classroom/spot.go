package classroom

// The frame in the spotlight, with the text of its payload left out.

import (
	"encoding/json"

	"wireup/wire"
)

// textMembers are the members of an event that hold what people wrote, as text. The bytes stay, in
// hex: to read those is what a class is for.
var textMembers = map[string]bool{
	"text": true, "sentence": true, "reason": true, "note": true,
}

// withoutText returns an event without text of its payload.
func withoutText(event json.RawMessage) json.RawMessage {
	var v any
	if json.Unmarshal(event, &v) != nil {
		return nil
	}
	b, err := wire.Marshal(strip(v))
	if err != nil {
		return nil
	}
	return b
}

func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if textMembers[name] {
				delete(v, name)
				continue
			}
			v[name] = strip(member)
		}
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	}
	return v
}
