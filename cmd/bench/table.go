package main

// The tables, in Markdown.

import (
	"fmt"
	"io"
	"runtime"
	"time"
)

// row is one target beside what was measured.
type row struct {
	what     string
	atLeast  bool // or at most
	target   float64
	measured spread
	note     string
}

// met reports whether the median reaches the target.
func (r row) met() bool {
	if r.atLeast {
		return r.measured.median() >= r.target
	}
	return r.measured.median() <= r.target
}

// printTargets prints the design's targets and what was measured, met or not.
func printTargets(w io.Writer, echo echoFigures, idle idleFigures, headers headerFigures, page pageFigures, exact exactFigures, game gameFigures, class classFigures, captures captureFigures) {
	var rows []row
	for _, t := range []struct {
		size, depth int
		target      float64
	}{{16, 1, 1}, {1 << 10, 1, 1.5}, {64 << 10, 1, 5}, {16, 16, 6}} {
		rows = append(rows, row{
			what:    fmt.Sprintf("server CPU a message, echo with breakdown against bare gorilla: %s, %d in flight", bytesOf(t.size), t.depth),
			atLeast: true, target: t.target, measured: echo.better(withBreakdown, t.size, t.depth), note: " times as efficient",
		})
	}
	for _, t := range []struct {
		depth  int
		target float64
	}{{1, 2.2}, {16, .15}} {
		rows = append(rows, row{
			what:   fmt.Sprintf("read and write calls an echo with breakdown, %d in flight (held by a test)", t.depth),
			target: t.target, measured: spread{exact.calls[t.depth]},
		})
	}
	rows = append(rows,
		row{what: "mallocs an echo with breakdown (held by a test)", measured: spread{0}},
		row{what: "RSS an idle connection against bare gorilla, upgraded and silent since", target: .25, measured: idle.fresh["wireup"].over(idle.fresh["gorilla"])},
		row{what: "the same, after one echo on each", target: .25, measured: idle.used["wireup"].over(idle.used["gorilla"])},
		row{what: "header decode against gobwas `ReadHeader`", atLeast: true, target: 1.7, measured: headers.theirs.over(headers.ours), note: " times as fast"},
		row{what: "mallocs a header decode", measured: spread{float64(headers.oursAllocs)}},
	)
	rows = append(append(rows, page.rows()...), game.row())
	rows = append(rows, class.rows()...)
	printRows(w, append(rows, captureRow(captures))...)
}

// captureRow is the target for captures.
func captureRow(f captureFigures) row {
	return row{what: "CPU for a capture of 100 000 frames, `wireup inspect --fields` against `tshark -T fields`, rows equal", atLeast: true, target: 50, measured: f.theirs.over(f.ours), note: " times as efficient"}
}

// printRows prints targets, each met or not.
func printRows(w io.Writer, rows ...row) {
	fmt.Fprintf(w, "Measured on %s: %s, %d cores, %s. Median (least–most) of interleaved runs.\n\n",
		time.Now().Format("2 January 2006"), machine(), runtime.NumCPU(), runtime.Version())
	fmt.Fprintln(w, "| what | target | measured | met |\n|---|---|---|---|")
	for _, r := range rows {
		sign, verdict := "≤ ", "yes"
		if r.atLeast {
			sign = "≥ "
		}
		if !r.met() {
			verdict = "**no**"
		}
		measured := r.measured.String()
		if len(r.measured) == 1 {
			measured = figure(r.measured[0])
		}
		fmt.Fprintf(w, "| %s | %s%s%s | %s | %s |\n", r.what, sign, figureOf(r.target), r.note, measured, verdict)
	}
}

// printEcho prints CPU and throughput of every server.
func printEcho(w io.Writer, f echoFigures) {
	for _, t := range []struct {
		title string
		of    map[cell]spread
	}{
		{fmt.Sprintf("Server CPU a message in µs, %d connections", connections), f.cpu},
		{fmt.Sprintf("Messages a second, %d connections, clients on the same cores", connections), f.rate},
	} {
		fmt.Fprintf(w, "\n%s:\n\n| |", t.title)
		line := "|---|"
		for _, size := range sizes {
			for _, depth := range depths {
				fmt.Fprintf(w, " %s, %d in flight |", bytesOf(size), depth)
				line += "---|"
			}
		}
		fmt.Fprintf(w, "\n%s\n", line)
		for _, e := range echoes {
			fmt.Fprintf(w, "| %s |", e.name)
			for _, size := range sizes {
				for _, depth := range depths {
					fmt.Fprintf(w, " %v |", t.of[cell{e.name, size, depth}])
				}
			}
			fmt.Fprintln(w)
		}
	}
}

// printRest prints the figures that the ratios above were made of.
func printRest(w io.Writer, p plan, idle idleFigures, headers headerFigures) {
	fmt.Fprintf(w, "\nRSS an idle connection in KiB, %d connections: wireup %v, gorilla %v; after one echo on each: wireup %v, gorilla %v.\n\n",
		p.idle, idle.fresh["wireup"], idle.fresh["gorilla"], idle.used["wireup"], idle.used["gorilla"])
	fmt.Fprintf(w, "Header decode in ns: `inspector.ParseHeader` %v with %d mallocs, gobwas `ReadHeader` %v with %d.\n",
		headers.ours, headers.oursAllocs, headers.theirs, headers.theirsAllocs)
}

// printCaptures prints what the ratio of captures was made of.
func printCaptures(w io.Writer, f captureFigures) {
	fmt.Fprintf(w, "\nCPU for a capture of %d frames in s: wireup %v, tshark %v.\n", captureFrames, f.ours, f.theirs)
}

func bytesOf(n int) string {
	if n >= 1<<10 {
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

// figureOf writes a target as the design does.
func figureOf(v float64) string { return fmt.Sprintf("%g", v) }
