// Command wireup teaches how the web learned to talk in real time, on the reader's own traffic.
package main

// The program: its subcommands, and what its exit status means.

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/peterbourgon/ff/v3"
	"github.com/peterbourgon/ff/v3/ffcli"
)

// Exit statuses.
const (
	exitOK    = 0 // also after a drain
	exitFault = 1
	exitUsage = 2
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// usageError is an error in how the program was called.
type usageError struct{ error }

// run is the program: args are without its name. It returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends a drain that takes too long.
	context.AfterFunc(ctx, stop)

	var help bytes.Buffer // the flag package writes it for a wrong flag too, where one line does
	cmd := command(stdout, stderr, &help)
	err := cmd.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		io.Copy(stdout, &help)
		return exitOK
	} else if err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner
		}
		fmt.Fprintf(stderr, "wireup: %v; wireup --help lists the flags\n", err)
		return exitUsage
	}
	err = cmd.Run(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "wireup: %v\n", err)
	if usage := (usageError{}); errors.As(err, &usage) {
		return exitUsage
	}
	return exitFault
}

// command is the tree of subcommands. Without one, wireup serves.
func command(stdout, stderr, help io.Writer) *ffcli.Command {
	serve := serveCommand("serve", stdout, stderr, help)
	root := serveCommand("wireup", stdout, stderr, help)
	root.ShortUsage = "wireup [serve] [flags]"
	root.LongHelp = "Teaches how the web learned to talk in real time, on the reader's own traffic.\n" +
		"Each flag can also be set in the environment: --max-message as WIREUP_MAX_MESSAGE."
	root.Subcommands = []*ffcli.Command{serve, recordCommand(stdout, stderr, help), proxyCommand(stdout, stderr, help), probeCommand(stdout, help), inspectCommand(os.Stdin, stdout, stderr, help), lessonsCommand(stdout, help)}
	return root
}

// flagOptions are how every subcommand reads its flags: environment variables stand behind them.
func flagOptions() []ff.Option {
	return []ff.Option{ff.WithEnvVarPrefix("WIREUP")}
}
