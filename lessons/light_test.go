package lessons

import (
	"math"
	"strings"
	"testing"
)

func TestDistances(t *testing.T) {
	for _, tt := range []struct {
		a, b spot
		km   float64
	}{
		{spot{0, 0}, spot{0, 90}, math.Pi / 2 * earthRadius},
		{spot{90, 0}, spot{-90, 13}, math.Pi * earthRadius},
		{spot{10, 20}, spot{10, 20}, 0},
	} {
		if got := (route{from: tt.a, to: tt.b}).distance(); math.Abs(got-tt.km) > 0.001 {
			t.Errorf("from %v to %v: %.3f km; want %.3f", tt.a, tt.b, got, tt.km)
		}
	}
	for _, r := range routes {
		if r.id != "boston-sf" {
			continue
		}
		// 4 334 km by other cities' coordinates: 28.9 ms there and back, 42.5 in fibre.
		if km := r.distance(); math.Abs(km-4334) > 15 {
			t.Errorf("Boston – San Francisco: %.0f km", km)
		}
		if v, f := 2*r.vacuum(), 2*r.fibre(); math.Abs(v-28.9) > 0.1 || math.Abs(f-42.5) > 0.15 {
			t.Errorf("Boston – San Francisco, there and back: %.1f ms, in fibre %.1f ms", v, f)
		}
	}
}

func TestCircle(t *testing.T) {
	for _, r := range routes {
		if r.km > 0 {
			continue
		}
		spots := circle(r.from, r.to, 64)
		if len(spots) != 65 {
			t.Errorf("%s: %d places", r.id, len(spots))
		}
		sum := 0.0
		for i := 1; i < len(spots); i++ {
			sum += earthRadius * angle(spots[i-1], spots[i])
		}
		if math.Abs(sum-r.distance()) > 1 {
			t.Errorf("%s: the line is %.1f km long, and the way %.1f", r.id, sum, r.distance())
		}
	}
}

func TestWorld(t *testing.T) {
	v := world()
	if len(v.Land) != len(land) || len(v.Routes) != len(routes) {
		t.Fatalf("%d outlines and %d routes", len(v.Land), len(v.Routes))
	}
	for _, r := range v.Routes {
		if strings.Contains(r.Path, "NaN") || (r.Path == "") != (r.ID == "room") {
			t.Errorf("%s: path %q", r.ID, r.Path)
		}
	}
	if r := v.Routes[0]; r.Distance != "10\u202fm" || r.Vacuum != "67\u202fns" || r.Fibre != "98\u202fns" {
		t.Errorf("the same room: %+v", r)
	}
	if d := duration(0.5); d != "500\u202fµs" {
		t.Errorf("half a millisecond is %q", d)
	}
}
