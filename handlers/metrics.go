package handlers

// GET /metrics: what whoever runs the program watches, in Prometheus's text format.

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the program's own, the Go runtime's and the process's. They count and name nobody.
type metrics struct {
	requests *prometheus.CounterVec
	page     http.Handler
}

func (s *Server) newMetrics() *metrics {
	m := &metrics{requests: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "wireup_requests_total", Help: "Requests answered, by status code; 101 is an upgrade to WebSocket.",
	}, []string{"code"})}
	all := prometheus.NewRegistry()
	all.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests)
	for _, g := range []struct {
		name, help string
		value      func() int
	}{
		{"connections", "Connections that speak HTTP.", s.conns.count},
		{"websockets", "WebSockets that are open.", s.sockets.count},
		{"held_requests", "Requests that are held until something happens.", s.holds.count},
		{"wires", "Logs of readers that are kept.", func() int { wires, _ := s.hub.Kept(); return wires }},
		{"wires_bytes", "Bytes of memory that these logs hold.", func() int { _, bytes := s.hub.Kept(); return bytes }},
		{"classes", "Classes that somebody on this instance is in.", func() int { classes, _ := s.classes.Here(); return classes }},
		{"class_people", "People who are in them, presenters and projectors among them.", func() int { _, people := s.classes.Here(); return people }},
		{"players", "Players on the map, bots included.", func() int { all, _ := s.world.Here(); return all }},
		{"bus_up", "Whether the bus is there: 1, or 0.", func() int { return s.busUp() }},
	} {
		all.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "wireup_" + g.name, Help: g.help},
			func() float64 { return float64(g.value()) }))
	}
	m.page = promhttp.HandlerFor(all, promhttp.HandlerOpts{})
	return m
}

// answered counts a request.
func (m *metrics) answered(status int) { m.requests.WithLabelValues(strconv.Itoa(status)).Inc() }

func (s *Server) showMetrics(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	s.metrics.page.ServeHTTP(w, r)
	return nil
}

func (s *Server) busUp() int {
	if s.bus != nil && s.bus.Up() {
		return 1
	}
	return 0
}
