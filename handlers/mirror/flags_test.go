package mirror

// What go test can be told.

import "flag"

var update = flag.Bool("update", false, "rewrite testdata/*.golden")
