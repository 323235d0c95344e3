package handlers

// Every URL that the program answers, in one table.

import "net/http"

// serve answers a request, or returns the error that says why it didn't.
type serve func(w http.ResponseWriter, r *http.Request) error

type route struct {
	pattern string
	serve   serve
}

const (
	pingPath       = "/lab/echo/ping"
	unknownPattern = "/" // whatever no other pattern takes
)

func (s *Server) routes() []route {
	return []route{
		{"GET /{$}", s.home},
		{"GET /lessons/{id}", s.lesson},
		{"GET /lessons/{id}/slides", s.slides},
		{"GET /lessons/{id}/recorded.json", s.recorded},
		{"GET /present", s.presentPage},
		{"GET /join", s.joinPage},
		{"GET /classes/{code}", s.classRoom},
		{"GET /classes/{code}/present", s.classDesk},
		{"GET /classes/{code}/screen", s.classScreen},
		{"GET /classes/{code}/phone.svg", s.classPhone},
		{"GET /print", s.handout},
		{"GET /wire", s.wirePage},
		{"GET /decode", s.decodePage},
		{"GET /measured", s.measuredPage},
		{"GET " + assetPath + "{name}", s.asset},
		{unknownPattern, s.unknown},
		{"GET /healthz", s.healthz},
		{"GET /readyz", s.healthz},
		{"GET /metrics", s.showMetrics},
		{"/echo", s.echo}, // upgrades to WebSocket; each wrong request gets an answer of its own
		{"POST " + pingPath, s.ping},
		{"POST " + forgePath, s.forge},
		{"POST " + dissectPath, s.dissect},
		{"GET /lab/request/{word}", s.requestLab},
		{"POST /lab/request/control/reset", s.requestReset},
		{"GET /lab/connections/{word}", s.connectionsLab}, // waits for as long as the dial and the query say
		{"GET /lab/connections/control/state", s.connectionsState},
		{"POST /lab/connections/control/dial", s.connectionsDial},
		{"POST /lab/connections/control/hangup", s.connectionsHangUp},
		{"POST /lab/connections/control/reset", s.connectionsReset},
		{"GET /lab/polling/{word}", s.pollingLab},
		{"POST /lab/polling/control/{what}", s.pollingCommand},
		{"GET /lab/comet/{word}", s.comet}, // held until something happens
		{"GET " + behindPath + "{word}", s.cometBehind},
		{"POST /lab/comet/control/{what}", s.cometCommand},
		{"GET /lab/streaming/{word}", s.streaming}, // goes on until somebody ends it
		{"POST /lab/streaming/{word}", s.streamingSay},
		{"POST /lab/streaming/control/{what}", s.streamingCommand},
		{"POST /lab/sockets/control/{what}", s.socketsCommand},
		{"GET /lab/conversation/{word}", s.conversation}, // upgrades to WebSocket
		{"POST /lab/conversation/control/{what}", s.conversationCommand},
		{"GET " + capturePath + "{word}/{file}", s.captureMade},
		{"POST " + capturePath + "{word}", s.captureSniffed},
		{"GET /lab/production/{word}", s.production}, // upgrades to WebSocket, or streams
		{"GET " + behindProduction + "{word}", s.productionBehind},
		{"GET " + strangerPath, s.strangerPage}, // a page that is none of ours
		{"POST /lab/production/control/{what}", s.productionCommand},
		{"GET /lab/race/{word}/poll", s.racePoll},
		{"GET /lab/race/{word}/comet", s.raceComet}, // held until an update comes
		{"GET /lab/race/{word}/stream", s.raceStream},
		{"GET /lab/race/{word}/socket", s.raceSocket}, // upgrades to WebSocket
		{"POST /lab/race/control/{what}", s.raceCommand},
		{"GET /lab/game/{word}", s.game}, // upgrades to WebSocket
		{"POST /lab/game/{word}", s.gameRequest},
		{"POST /lab/game/control/{what}", s.gameCommand},
		{ownClientPath + "{word}", s.ownClient}, // upgrades, as /echo does
		{ownProbePath + "{word}", s.ownServer},
		{"/wire/{id}/feed", s.feed}, // likewise
		{"GET /wire/{id}/events/{seq}", s.event},
		{"GET /wire/{id}/log.json", s.logJSON},
		{"GET /wire/{id}/log.pcapng", s.logPcapng},
		{"GET /wire/{id}/log.har", s.logHAR},
		{"GET /wire/{id}/resume.svg", s.resume},
		{"POST /lab/answer/{exercise}", s.answer},
		{"GET /wire/{id}/exercises", s.exercises}, // upgrades to WebSocket
		{"POST /wire/{id}/exercises/{lesson}/{exercise}/again", s.again},
		{"POST /wire/{id}/exercises/{lesson}/{exercise}/hint", s.hint},
		{"POST /wire/{id}/exercises/{lesson}/{exercise}/solution", s.solution},
		{"GET /wire/{id}/progress.json", s.progress},
		{"POST /wire/{id}/progress", s.importProgress},
		{"POST /classes", s.makeClass},
		{"GET /c/{code}", s.shortClass},
		{"GET /C/{code}", s.shortClass},               // as the QR code has it
		{"GET /classes/{code}/socket", s.classSocket}, // upgrades to WebSocket
		{"GET /classes/{code}/poll", s.classPoll},     // held until there is something new
		{"POST /classes/{code}/say", s.classSay},
		{"GET /classes/{code}/notes", s.classNotes},
		{"GET /classes/{code}/qr.svg", s.classQR},
		{"GET /classes/{code}/questions.json", s.classQuestions},
	}
}

// healthz says that the process answers; it does so from the moment it listens.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write([]byte("ok\n"))
	return err
}
