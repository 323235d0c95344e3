package handlers

// Stylesheets, scripts and pictures: under names that hold their hash, so that they never change.

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
)

const (
	assetPath = "/static/"

	immutable  = "public, max-age=31536000, immutable"
	revalidate = "no-cache"
)

// assets holds what the pages load, by the name that it is served under.
type assets struct {
	names  map[string]string // source name to hashed name
	sums   map[string][sha256.Size]byte
	served map[string]*encoded // by hashed name, and by source name
}

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// newAssets reads and compresses every asset of files.
func newAssets(files fs.FS) (*assets, error) {
	a := &assets{
		names:  make(map[string]string),
		sums:   make(map[string][sha256.Size]byte),
		served: make(map[string]*encoded),
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if contentTypes[path.Ext(name)] == "" || entry.IsDir() {
			continue
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("assets: %w", err)
		}
		hashed := a.add(name, body)
		a.names[name], a.sums[name] = hashed, sha256.Sum256(body)
		a.served[name] = a.served[hashed]
	}
	return a, nil
}

// add takes an asset in, and returns the name that it is served under from now on.
func (a *assets) add(name string, body []byte) string {
	ext := path.Ext(name)
	sum := sha256.Sum256(body)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	a.served[hashed] = encode(contentTypes[ext], body)
	return hashed
}

// url is where the asset called name is; empty if there is none.
func (a *assets) url(name string) string {
	hashed, ok := a.names[name]
	if !ok {
		return ""
	}
	return assetPath + hashed
}

// scripts lists the modules, by their source names.
func (a *assets) scripts() []string {
	var names []string
	for name := range a.names {
		if path.Ext(name) == ".js" && name != themeScript && name != strangerScript {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// sheets lists the stylesheets in the order in which a page loads them.
func (a *assets) sheets() []string {
	var first, rest []string
	for _, name := range styles {
		if _, ok := a.names[name]; ok {
			first = append(first, name)
		}
	}
	for name := range a.names {
		if path.Ext(name) == ".css" && !slices.Contains(styles, name) {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	return append(first, rest...)
}

// integrity is what the bytes of the asset called name must hash to.
func (a *assets) integrity(name string) string {
	sum := a.sums[name]
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// importMap is the JSON that leads each module from its source name to its hashed one, and says
// what its bytes must hash to.
func (a *assets) importMap() (string, error) {
	m := struct {
		Imports   map[string]string `json:"imports"`
		Integrity map[string]string `json:"integrity"`
	}{make(map[string]string), make(map[string]string)}
	for _, name := range a.scripts() {
		m.Imports[assetPath+name] = a.url(name)
		m.Integrity[a.url(name)] = a.integrity(name)
	}
	b, err := json.Marshal(m) // escapes < and >, so no name can end the script element
	return string(b), err
}

func (s *Server) asset(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	e, ok := s.site.assets.served[name]
	if !ok {
		return &StatusError{Code: http.StatusNotFound, Text: "There is no such file. Reload the page that asked for it."}
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, source := s.site.assets.names[name]; source {
		return e.serve(w, r, revalidate)
	}
	return e.serve(w, r, immutable)
}
