// Package content holds what the course is made of: the outline, the lessons in Markdown, and
// recorded traffic.
package content

import "embed"

// FS holds course.md, lessons/ID.md for each lesson that is written, and recorded/NAME.hex.
//
//go:embed course.md lessons/*.md recorded/*.hex
var FS embed.FS
