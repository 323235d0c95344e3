// Package content holds what the course is made of: the outline, the lessons in Markdown, recorded
// traffic, the fixtures of the exercises, and a session of each lab.
package content

import "embed"

// FS holds course.md, lessons/ID.md for each lesson that is written, recorded/NAME.hex,
// fixtures/LESSON/EXERCISE/NAME.txt, sessions/LESSON/LAB.txt, and programs/, which lessons show and tests run.
//
//go:embed course.md lessons/*.md recorded/*.hex fixtures sessions programs
var FS embed.FS
