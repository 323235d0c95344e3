// Bench measures wireup against its peers, and prints a Markdown table with the design's targets:
//
//	go -C cmd/bench run .          a few minutes
//	go -C cmd/bench run . -quick   about one minute, to see that it works; its figures wobble
//	go -C cmd/bench run . -only game      the game alone; class for a live class; pages; captures, which need tshark
//
// Each server is a process of its own: wireup itself, built for the run, and each peer as this
// program started again with the peer's name. Clients are raw connections over loopback in this
// process. CPU is the server's, from the kernel's clock for its process. What is compared is
// measured in turns, round by round; the figures are medians, with the least and the most of all
// rounds in brackets, and a ratio is taken within each round. It runs on Linux.
package main

// The command: its flags, its rounds, and what it prints.

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

// plan is how much is measured.
type plan struct {
	rounds      int           // of everything that is compared
	window      time.Duration // in which one server is loaded
	warm        time.Duration // before each window
	idle        int           // connections held idle
	idleRounds  int
	benchWindow time.Duration // of what runs in the process
	gameRounds  int
	gameWindow  time.Duration // in which all players of the game move
	classRounds int
	classSteps  int // of a class in each round

	captureRounds int // of a capture read by both: tshark takes seconds for one
}

var (
	whole = plan{rounds: 9, window: 350 * time.Millisecond, warm: 40 * time.Millisecond, idle: 10000, idleRounds: 3, benchWindow: 200 * time.Millisecond,
		gameRounds: 9, gameWindow: 5 * time.Second, classRounds: 5, classSteps: 30, captureRounds: 5}
	quick = plan{rounds: 2, window: 150 * time.Millisecond, warm: 30 * time.Millisecond, idle: 2000, idleRounds: 1, benchWindow: 50 * time.Millisecond,
		gameRounds: 2, gameWindow: 2 * time.Second, classRounds: 2, classSteps: 30, captureRounds: 1}
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 2 && args[0] == "peer" {
		return servePeer(ctx, args[1], stdout)
	}
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	isQuick := flags.Bool("quick", false, "a short run, to see that it works")
	only := flags.String("only", "", "measure the `part` alone: game, class, pages or captures")
	_ = flags.Parse(args) // exits on an error
	if !slices.Contains([]string{"", "game", "class", "pages", "captures"}, *only) {
		return fmt.Errorf("-only %s: the parts that can be measured alone are game, class, pages and captures", *only)
	}
	p := whole
	if *isQuick {
		p = quick
	}
	say := func(format string, a ...any) { fmt.Fprintf(stderr, format+"\n", a...) }

	start := time.Now()
	dir, err := os.MkdirTemp("", "wireup-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	say("building wireup")
	programs, err := build(ctx, dir)
	if err != nil {
		return err
	}
	if *only == "game" {
		game, err := measureGame(ctx, p, programs)
		if err != nil {
			return err
		}
		printRows(stdout, game.row())
		fmt.Fprintf(stdout, "\n%v\n", game)
		return nil
	}
	if *only == "class" {
		class, err := measureClass(ctx, p, programs, say)
		if err != nil {
			return err
		}
		printRows(stdout, class.rows()...)
		fmt.Fprintf(stdout, "\n%v\n", class)
		return nil
	}
	if *only == "pages" {
		page, err := measurePage(ctx, p, dir)
		if err != nil {
			return err
		}
		printRows(stdout, page.rows()...)
		return nil
	}
	say("captures: %d rounds of %d frames", p.captureRounds, captureFrames)
	captures, err := measureCaptures(ctx, p, programs, dir)
	if err != nil {
		return err
	}
	if *only == "captures" {
		printRows(stdout, captureRow(captures))
		printCaptures(stdout, captures)
		return nil
	}
	say("echo: %d rounds of %d servers, %d sizes, %d depths", p.rounds, len(echoes), len(sizes), len(depths))
	echo, err := measureEcho(ctx, p, programs, say)
	if err != nil {
		return err
	}
	say("idle: %d rounds of %d connections", p.idleRounds, p.idle)
	idle, err := measureIdle(ctx, p, programs)
	if err != nil {
		return err
	}
	say("game: %d rounds of %d players", p.gameRounds, gamePlayers)
	game, err := measureGame(ctx, p, programs)
	if err != nil {
		return err
	}
	class, err := measureClass(ctx, p, programs, say)
	if err != nil {
		return err
	}
	say("headers, and what the tests hold")
	headers := measureHeaders(p)
	page, err := measurePage(ctx, p, dir)
	if err != nil {
		return err
	}
	exact, err := readExact(ctx)
	if err != nil {
		return err
	}
	printTargets(stdout, echo, idle, headers, page, exact, game, class, captures)
	printEcho(stdout, echo)
	printRest(stdout, p, idle, headers)
	fmt.Fprintf(stdout, "\n%v\n\n%v\n", game, class)
	printCaptures(stdout, captures)
	say("took %v", time.Since(start).Round(time.Second))
	return nil
}
