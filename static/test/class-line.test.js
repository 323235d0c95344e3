// The line to a class: what it tries, what it falls back to, how often, and what becomes of commands.
import assert from "node:assert/strict";
import test from "node:test";
import { Choice, ClassLine } from "../class-line.js";
import { PollPipe } from "../class-poll-pipe.js";
import { fakeTimeouts } from "./timeouts.js";

globalThis.location = { origin: "http://x:8080", pathname: "/classes/kvmpt", hash: "" };

/** A WebSocket, or a PollPipe, that the test drives. */
class FakePipe extends EventTarget {
  sent = [];
  closed = false;
  constructor(kind) {
    super();
    this.kind = kind;
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  opens() {
    this.dispatchEvent(new Event("open"));
  }
  says(value) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(value) }));
  }
  ends(reason = "") {
    this.dispatchEvent(Object.assign(new Event("close"), { code: 1006, reason }));
  }
  close() {
    this.closed = true;
  }
}

function lineTo(t, who = { as: "viewer" }) {
  const { tick } = fakeTimeouts(t);
  const pipes = [];
  const open = (kind) => () => {
    const pipe = new FakePipe(kind);
    pipes.push(pipe);
    return pipe;
  };
  const line = new ClassLine("kvmpt", who, { open: open("socket"), poll: open("poll"), random: () => 0 });
  line.start();
  return { line, tick, pipes, pipe: () => pipes.at(-1) };
}

test("a network without WebSockets gets polls, and after a while a socket again", () => {
  const choice = new Choice();
  assert.equal(choice.next, "socket");
  choice.ended("socket", 0);
  assert.equal(choice.next, "poll");
  choice.ended("poll", 60_000);
  assert.equal(choice.next, "poll", "polls work, and sockets did not");
  choice.ended("poll", 0);
  assert.equal(choice.next, "socket", "nothing works: the server is away");
  choice.through();
  assert.equal(choice.next, "socket");
});

test("a network that has let a socket through is tried with sockets first", () => {
  const choice = new Choice();
  choice.ended("socket", 20_000);
  const tried = [];
  for (let i = 0; i < 8; i++) {
    tried.push(choice.next);
    choice.ended(choice.next, 0);
  }
  assert.deepEqual(tried, ["socket", "socket", "socket", "poll", "socket", "socket", "socket", "poll"]);
});

test("a socket that is cut at once counts as none", () => {
  const choice = new Choice();
  choice.ended("socket", 200);
  assert.equal(choice.next, "poll");
});

test("hello first, and what comes is known", (t) => {
  const { line, pipe } = lineTo(t, { as: "presenter", token: () => "TOKEN" });
  pipe().opens();
  assert.deepEqual(pipe().sent.map(({ say, as, token }) => [say, as, token]), [["hello", "presenter", "TOKEN"]]);
  pipe().says({ kind: "welcome", viewer: "teal otter", you: "owner", wheel: "no", at: Date.now() + 5000 });
  pipe().says({ kind: "class", step: { lesson: "a", slide: 1, step: 0 } });
  pipe().says({ kind: "desk", driver: "owner" });
  assert.equal(line.you, "owner");
  assert.ok(line.ahead > 4000 && line.ahead < 6000);
  assert.equal(line.class.step.lesson, "a");
  pipe().says({ kind: "welcome", viewer: "teal otter", you: "viewer", wheel: "no", at: Date.now() });
  assert.equal(line.desk, undefined, "who presents no more knows no more of it");
});

test("the server's time goes on, whatever becomes of this computer's clock", (t) => {
  const { line, pipe } = lineTo(t, { as: "presenter" });
  pipe().opens();
  const hour = 3_600_000;
  const day = Date.now;
  t.after(() => (Date.now = day));
  const server = day() + 5 * hour; // one of the two is wrong
  pipe().says({ kind: "welcome", viewer: "", you: "owner", wheel: "no", at: server });
  assert.ok(Math.abs(line.ahead - 5 * hour) < 1000);
  for (const step of [hour, -hour]) {
    Date.now = () => day() + step;
    assert.ok(Math.abs(line.now - server) < 1000, `after a step of ${step} it is ${line.now - server} ms later there`);
    assert.ok(Math.abs(line.ahead - 5 * hour + step) < 1000, "the end is typed by the clock that was set");
  }
  pipe().says({ kind: "beat", t: performance.now() - 200, at: server + hour });
  assert.ok(Math.abs(line.now - server - hour - 100) < 50, "a beat was half its time on the way");
});

test("commands are answered: by the server, or in words", async (t) => {
  const { line, tick, pipe } = lineTo(t);
  assert.match((await line.say("vote", { choice: 1 })).error, /line to the class is down/);
  pipe().opens();
  const vote = line.say("vote", { choice: 1 });
  const { id, say, choice } = pipe().sent.at(-1);
  assert.deepEqual([say, choice], ["vote", 1]);
  pipe().says({ kind: "refused", id, error: "The poll is closed." });
  assert.equal((await vote).error, "The poll is closed.");
  const late = line.say("ask", { text: "?" });
  tick(10_000);
  assert.match((await late).error, /no answer in ten seconds/);
  const cut = line.say("ask", { text: "?" });
  pipe().ends();
  assert.match((await cut).error, /cut before the answer/);
});

test("tries are a second apart at least, and further and further", (t) => {
  const { line, tick, pipes } = lineTo(t);
  const gaps = [];
  line.addEventListener("state", (e) => e.detail.state === "waiting" && gaps.push(e.detail.wait));
  for (let i = 0; i < 6; i++) {
    pipes.at(-1).ends();
    tick(gaps.at(-1));
  }
  assert.equal(pipes.length, 7);
  assert.ok(Math.min(...gaps) >= 1000, `gaps ${gaps}`);
  assert.ok(Math.max(...gaps) <= 6000);
  assert.deepEqual(pipes.slice(0, 4).map((p) => p.kind), ["socket", "poll", "socket", "poll"]);
});

test("somebody who presses again and again does not try more often", (t) => {
  const { line, tick, pipes } = lineTo(t);
  pipes.at(-1).ends();
  for (let i = 0; i < 10; i++) line.retry();
  assert.equal(pipes.length, 1);
  tick(1000);
  assert.equal(pipes.length, 2);
});

test("a line whose beats come back to nothing is left", (t) => {
  const { line, tick, pipe, pipes } = lineTo(t, { as: "presenter", beat: 2000 });
  const first = pipe();
  first.opens();
  tick(1500);
  const beat = first.sent.at(-1);
  assert.equal(beat.say, "beat");
  first.says({ kind: "beat", t: beat.t, at: Date.now() });
  assert.equal(line.late, 0);
  assert.ok(line.rtt >= 0);
  for (let i = 0; i < 5; i++) tick(2000);
  assert.ok(first.closed);
  assert.equal(line.state, "waiting");
  tick(2000);
  assert.equal(pipes.length, 2);
});

test("long polling: what is said and what comes, in order, until it fails", async () => {
  const asked = [];
  const answers = [];
  const ask = (url, init) => {
    asked.push([url.replace(/wire=[a-z2-7]{13}/, "wire=W"), init.method ?? "GET", init.headers.Authorization]);
    return new Promise((done) => answers.push((body, status = 200) => done(Response.json(body, { status }))));
  };
  const pipe = new PollPipe("/classes/kvmpt", () => "TOKEN", ask);
  const seen = [];
  pipe.addEventListener("open", () => seen.push("open"));
  pipe.addEventListener("message", (e) => seen.push(JSON.parse(e.data).kind));
  const ended = new Promise((done) => pipe.addEventListener("close", (e) => done(e.reason)));
  const turn = () => new Promise((done) => setImmediate(done));
  answers.shift()({ after: "7.a", messages: [{ kind: "class" }, { kind: "crowd" }] });
  await turn();
  assert.deepEqual(seen, ["open", "class", "crowd"]);
  pipe.send("{}");
  pipe.send("{}");
  await turn();
  assert.deepEqual(asked, [["/classes/kvmpt/poll?wire=W&as=presenter", "GET", "Bearer TOKEN"], ["/classes/kvmpt/poll?wire=W&as=presenter&after=7.a", "GET", "Bearer TOKEN"], ["/classes/kvmpt/say?wire=W&as=presenter", "POST", "Bearer TOKEN"]], "one at a time is sent");
  answers[1]({ kind: "ok", id: 1 });
  await turn();
  assert.equal(seen.at(-1), "ok");
  assert.equal(asked.length, 4);
  answers[0]({ error: "There is no class with this code." }, 404);
  assert.equal(await ended, "There is no class with this code.");
});
