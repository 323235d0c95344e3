package templates

import "testing"

func TestRefURL(t *testing.T) {
	tests := []struct {
		ref, want string
		ok        bool
	}{
		{"RFC 6455 §5.2", "https://www.rfc-editor.org/rfc/rfc6455#section-5.2", true},
		{"RFC 6455 §5.5.1", "https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1", true},
		{"RFC 7692", "https://www.rfc-editor.org/rfc/rfc7692", true},
		{"§5.2", "", false},
		{"RFC 6455 §", "", false},
		{"recorded with a browser", "", false},
		{"RFC 6455 §5.2\" onclick=\"x", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got, ok := RefURL(tt.ref); got != tt.want || ok != tt.ok {
			t.Errorf("RefURL(%q) = %q, %v; want %q, %v", tt.ref, got, ok, tt.want, tt.ok)
		}
	}
}
