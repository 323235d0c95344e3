package main

// wireup lessons: for who writes the course.

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/peterbourgon/ff/v3/ffcli"

	"wireup/content"
	"wireup/handlers"
	"wireup/lessons/exercise"
	"wireup/lessons/lint"
)

func lessonsCommand(stdout, help io.Writer) *ffcli.Command {
	set := func(name string) *flag.FlagSet {
		fs := flag.NewFlagSet(name, flag.ContinueOnError)
		fs.SetOutput(help)
		return fs
	}
	return &ffcli.Command{
		Name:       "lessons",
		ShortUsage: "wireup lessons check [DIR] | wireup lessons new NAME",
		ShortHelp:  "check the course, or begin a lesson",
		FlagSet:    set("lessons"),
		Subcommands: []*ffcli.Command{{
			Name:       "check",
			ShortUsage: "wireup lessons check [DIR]",
			ShortHelp:  "hold the course in DIR to its rules (default: the folder content here, or else the one built in)",
			FlagSet:    set("check"),
			Exec: func(_ context.Context, args []string) error {
				if len(args) > 1 {
					return usageError{errors.New("name one folder at most: wireup lessons check [DIR]")}
				}
				return checkLessons(stdout, args)
			},
		}, {
			Name:       "new",
			ShortUsage: "wireup lessons new NAME",
			ShortHelp:  "begin the lesson NAME in the sources here: its text, an exercise, its check and fixtures",
			FlagSet:    set("new"),
			Exec: func(_ context.Context, args []string) error {
				if len(args) != 1 {
					return usageError{errors.New("name one lesson: wireup lessons new NAME")}
				}
				return newLesson(stdout, ".", args[0])
			},
		}},
		Exec: func(context.Context, []string) error {
			return usageError{errors.New("say what to do: wireup lessons check [DIR], or wireup lessons new NAME")}
		},
	}
}

// checkLessons prints what is wrong with a course, a line each.
func checkLessons(stdout io.Writer, args []string) error {
	var files fs.FS = content.FS
	where := "the course that is built in"
	if len(args) == 1 {
		where = args[0]
	} else if _, err := os.Stat("content/course.md"); err == nil {
		where = "content"
	}
	if where != "the course that is built in" {
		if _, err := os.Stat(where + "/course.md"); err != nil {
			return usageError{fmt.Errorf("%s holds no course: it has no course.md", where)}
		}
		files = os.DirFS(where)
	}
	r := lint.Check(courseOf(files))
	for _, p := range r.Problems {
		fmt.Fprintln(stdout, p)
	}
	if n := len(r.Problems); n > 0 {
		return fmt.Errorf("%d problems in %s", n, where)
	}
	fmt.Fprintf(stdout, "%s: %d lessons, %d exercises, %d fixtures, and nothing wrong with them\n", where, r.Lessons, r.Exercises, r.Fixtures)
	return nil
}

func courseOf(files fs.FS) lint.Course {
	return lint.Course{Content: files, Exercises: exercise.All(), Wordings: exercise.Wordings(), Route: handlers.Route}
}
