//go:build race

package mirror

// raceEnabled says that the race detector is on: it makes pools forget at random.
const raceEnabled = true
