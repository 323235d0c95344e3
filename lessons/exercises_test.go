package lessons

import (
	"reflect"
	"strings"
	"testing"
)

// testExercise is an exercise that nothing is wrong with.
const testExercise = `::: exercise smallest-get title="The smallest GET" ways="forge terminal" answer="Bytes of header"
Ask for ` + "`/lab/request/{word}`" + ` at {host}, as RFC 9112 §3.2 has it.

::: lab terminal
` + "```nc\nprintf 'GET /lab/request/{word}?wire={wire} HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n' | nc {hostname} {port}\n```\n" +
	"```curl\ncurl 'http://{host}/lab/request/{word}?wire={wire}'\n```" + `
With a tool of your choice.
:::
::: hint
One *line*.
:::
::: hint
Two.
:::
::: hint
Three.
:::
::: solution pass
How it goes.
:::
:::
`

func TestExercise(t *testing.T) {
	l, _ := course(t, testExercise).Lesson("one")
	want := []Exercise{{ID: "smallest-get", Title: "The smallest GET", Fixture: "pass", Answer: "Bytes of header", Ways: []string{"forge", "terminal"}}}
	if !reflect.DeepEqual(l.Exercises, want) {
		t.Errorf("exercises are %+v; want %+v", l.Exercises, want)
	}
	for _, want := range []string{
		`<wu-exercise class="exercise" id="exercise-smallest-get" data-lesson="one" data-exercise="smallest-get" data-title="The smallest GET" data-answer="Bytes of header" data-ways="forge terminal">`,
		`<h3>The smallest GET</h3>`,
		`· with the forge or in a terminal</span>`,
		`<code>/lab/request/{word}</code> at {host}`,
		`data-tool="nc"`, `data-tool="curl"`,
		`| nc 127.0.0.1 8080</code>`,
		`GET /lab/request/free HTTP/1.1`,
		`<summary>Hint 1 of 3</summary>`, `<summary>Hint 3 of 3</summary>`,
		`<em>line</em>`,
		`<details class="solution" data-fixture="pass">`,
		`>RFC 9112 §3.2</a>`,
	} {
		if !strings.Contains(string(l.Body), want) {
			t.Errorf("the article lacks %q:\n%s", want, l.Body)
		}
	}
}

func TestExerciseWithoutTitle(t *testing.T) {
	l, _ := course(t, strings.Replace(testExercise, ` title="The smallest GET" ways="forge terminal" answer="Bytes of header"`, "", 1)).Lesson("one")
	if got := l.Exercises[0]; got.Title != "Smallest get" || got.Ways != nil || got.Answer != "" {
		t.Errorf("exercise is %+v; want a title made of its id", got)
	}
	if !strings.Contains(string(l.Body), "<h3>Smallest get</h3>") || strings.Contains(string(l.Body), `class="ways"`) {
		t.Errorf("want the title, and no ways:\n%s", l.Body)
	}
}

func TestExerciseErrors(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(testExercise, old, new, 1) }
	hint := "::: hint\nTwo.\n:::\n"
	tests := []struct{ name, body, want string }{
		{"no id", change("exercise smallest-get", "exercise"), "want the exercise's id"},
		{"no slug", change("smallest-get", "Smallest"), "want the exercise's id"},
		{"unknown key", change("title=", "titel="), `takes no "titel"; it takes title, ways, answer and lab`},
		{"an empty value", change(`"Bytes of header"`, `""`), "answer is empty"},
		{"unknown way", change("forge terminal", "forge phone"), `ways: "phone": want some of forge, page, terminal`},
		{"twice", testExercise + testExercise, "there are two exercises called smallest-get"},
		{"no task", "::: exercise a\n" + strings.Repeat(hint, 3) + "::: solution pass\nText.\n:::\n:::\n", "no task"},
		{"two hints", change(hint, ""), "2 blocks ::: hint; want 3"},
		{"four hints", change(hint, hint+hint), "4 blocks ::: hint; want 3"},
		{"an empty hint", change("Two.\n", ""), "::: hint: it says nothing"},
		{"a hint with arguments", change("hint\nTwo", "hint 2\nTwo"), "::: hint: want nothing behind it"},
		{"no solution", change("::: solution pass\nHow it goes.\n:::\n", ""), "0 blocks ::: solution; want one"},
		{"two solutions", change("::: solution pass\nHow it goes.\n:::\n", strings.Repeat("::: solution pass\nText.\n:::\n", 2)), "2 blocks ::: solution"},
		{"an empty solution", change("How it goes.\n", ""), "::: solution: it says nothing"},
		{"no fixture", change("solution pass", "solution"), "want the name of the fixture"},
		{"text behind the hints", change("::: solution", "More.\n\n::: solution"), "text behind the hints"},
		{"a hint behind the solution", change("How it goes.\n:::\n", "How it goes.\n:::\n"+hint), "a hint behind the solution"},
		{"a heading", change("Ask for", "### Ask\n\nAsk for"), "a heading inside"},
		{"an unknown fill", change("at {host}", "at {hots}"), "{hots}: the page puts nothing there"},
		{"an unknown fill in code", change("request/{word}`", "request/{wrod}`"), "{wrod}: the page puts nothing there"},
		{"a hint alone", hint, "a hint belongs into an exercise"},
		{"a solution alone", "::: solution pass\nText.\n:::\n", "a solution belongs into an exercise"},
		{"inside another block", "::: lab echo\n" + testExercise + ":::\n", "an exercise stands inside another block"},
		{"in a slide", "::: slide A title\n" + testExercise + ":::\n", "an exercise stands inside another block"},
		{"several lines without tools", change("```nc", "```"), "want the tool of each"},
		{"a line of several", change("```nc\n", "```nc\nls\n"), "want one line in each code block"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(files(testFront + tt.body + testEnd))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load: %v; want %q in it", err, tt.want)
			}
		})
	}
}
