// Package static holds the stylesheets, scripts and pictures that the pages load.
package static

import "embed"

// FS has every asset at its top level, under the name that its source has.
//
//go:embed *.css *.js *.svg
var FS embed.FS
