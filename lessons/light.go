package lessons

// Distance: how far apart places are, how long light needs for it, and where that is on a map.

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"wireup/templates"
)

const (
	lightSpeed  = 299_792.458 // kilometres a second, in vacuum
	fibreIndex  = 1.468       // how many times slower light is in fibre: its index of refraction
	earthRadius = 6371.0088   // kilometres, the mean one
)

// spot is a place on Earth, in degrees north and east.
type spot struct{ lat, lon float64 }

// route is two places, or a distance alone.
type route struct {
	id, name string
	from, to spot
	km       float64 // if not zero, the distance, and no places
}

var london = spot{51.5074, -0.1278}

// routes are the distances that the latency lab can be set to, the nearest first.
var routes = []route{
	{id: "room", name: "the same room", km: 0.01},
	{id: "boston-sf", name: "Boston – San Francisco", from: spot{42.3601, -71.0589}, to: spot{37.7749, -122.4194}},
	{id: "london-ny", name: "London – New York", from: london, to: spot{40.7128, -74.0060}},
	{id: "frankfurt-singapore", name: "Frankfurt – Singapore", from: spot{50.1109, 8.6821}, to: spot{1.3521, 103.8198}},
	{id: "london-sydney", name: "London – Sydney", from: london, to: spot{-33.8688, 151.2093}},
	// There and back is once around.
	{id: "around", name: "round the world, there and back", from: london, to: spot{-london.lat, london.lon + 180}},
}

func (r route) distance() float64 {
	if r.km > 0 {
		return r.km
	}
	return earthRadius * angle(r.from, r.to)
}

// vacuum and fibre are how long light needs one way, in milliseconds.
func (r route) vacuum() float64 { return r.distance() / lightSpeed * 1000 }
func (r route) fibre() float64  { return r.vacuum() * fibreIndex }

type vector struct{ x, y, z float64 }

func (s spot) vector() vector {
	lat, lon := s.lat*math.Pi/180, s.lon*math.Pi/180
	return vector{math.Cos(lat) * math.Cos(lon), math.Cos(lat) * math.Sin(lon), math.Sin(lat)}
}

func (v vector) spot() spot {
	return spot{math.Atan2(v.z, math.Hypot(v.x, v.y)) * 180 / math.Pi, math.Atan2(v.y, v.x) * 180 / math.Pi}
}

// angle is the angle between two places as seen from the centre of the Earth.
func angle(a, b spot) float64 {
	u, v := a.vector(), b.vector()
	cross := vector{u.y*v.z - u.z*v.y, u.z*v.x - u.x*v.z, u.x*v.y - u.y*v.x}
	return math.Atan2(math.Sqrt(cross.x*cross.x+cross.y*cross.y+cross.z*cross.z), u.x*v.x+u.y*v.y+u.z*v.z)
}

// circle returns places along the great circle from a to b. Between two that lie opposite each
// other any will do, and it takes the one over the pole.
func circle(a, b spot, steps int) []spot {
	u, v, whole := a.vector(), b.vector(), angle(a, b)
	if whole > math.Pi-1e-6 {
		middle := spot{a.lat + 90, a.lon}.vector().spot()
		return append(circle(a, middle, steps/2), circle(middle, b, steps-steps/2)[1:]...)
	}
	out := make([]spot, 0, steps+1)
	for i := range steps + 1 {
		f := float64(i) / float64(steps)
		p, q := math.Sin((1-f)*whole)/math.Sin(whole), math.Sin(f*whole)/math.Sin(whole)
		out = append(out, vector{p*u.x + q*v.x, p*u.y + q*v.y, p*u.z + q*v.z}.spot())
	}
	return out
}

// The map is as wide as the Earth has degrees, and cut off where nobody lives.
const (
	mapTop    = 84.0
	mapBottom = -58.0
)

// world is the map with all routes, and how long light needs for each.
func world() *templates.WorldView {
	v := &templates.WorldView{
		Box:   fmt.Sprintf("-180 %g 360 %g", -mapTop, mapTop-mapBottom),
		Index: strconv.FormatFloat(fibreIndex, 'f', -1, 64),
	}
	for _, shape := range land {
		v.Land = append(v.Land, path(shape, true))
	}
	for _, r := range routes {
		rv := templates.RouteView{
			ID: r.id, Name: r.name, Distance: kilometres(r.distance()),
			Vacuum: duration(2 * r.vacuum()), Fibre: duration(2 * r.fibre()),
			OneWay: strconv.FormatFloat(r.fibre(), 'f', 3, 64),
		}
		if r.km == 0 {
			rv.Path = path(circle(r.from, r.to, 64), false)
			for _, s := range []spot{r.from, r.to} {
				x, y := onMap(s)
				rv.Ends = append(rv.Ends, templates.EndView{X: x, Y: y})
			}
		}
		v.Routes = append(v.Routes, rv)
	}
	return v
}

func onMap(s spot) (x, y string) {
	return strconv.FormatFloat(math.Remainder(s.lon, 360), 'f', 1, 64), strconv.FormatFloat(-s.lat, 'f', 1, 64)
}

// path draws places as a line that goes on at the other edge where it leaves the map.
func path(spots []spot, closed bool) string {
	var b strings.Builder
	for i, s := range spots {
		step := "L"
		if i == 0 || math.Abs(math.Remainder(s.lon, 360)-math.Remainder(spots[i-1].lon, 360)) > 180 {
			step = "M"
		}
		x, y := onMap(s)
		b.WriteString(step + x + " " + y)
	}
	if closed {
		b.WriteByte('Z')
	}
	return b.String()
}

// kilometres writes a distance as a person says it.
func kilometres(km float64) string {
	if km < 1 {
		return strconv.FormatFloat(km*1000, 'f', 0, 64) + "\u202fm"
	}
	return Grouped(uint64(math.Round(km))) + "\u202fkm"
}

// duration writes milliseconds in the unit that suits them.
func duration(ms float64) string {
	switch {
	case ms >= 1:
		return strconv.FormatFloat(ms, 'f', 1, 64) + "\u202fms"
	case ms >= 0.001:
		return strconv.FormatFloat(ms*1000, 'f', 0, 64) + "\u202fµs"
	}
	return strconv.FormatFloat(ms*1e6, 'f', 0, 64) + "\u202fns"
}
