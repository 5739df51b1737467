package m365

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longest is the most that a server may ask us to wait.
const longest = 24 * time.Hour

// retryAfter reads how long the server asks us to wait, in any spelling: milliseconds, seconds with or without decimals, a date, or the time
// at which Exchange's budget is full again. Dates are by the server's clock, so they count from its Date. 0: it did not say, or nonsense.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		now = t
	}
	for _, name := range []string{"Retry-After-Ms", "X-Ms-Retry-After-Ms"} {
		if d := number(h.Get(name), time.Millisecond); d > 0 {
			return d
		}
	}
	s := strings.TrimSpace(h.Get("Retry-After"))
	if d := number(s, time.Second); d > 0 {
		return d
	}
	at, err := http.ParseTime(s)
	if err != nil && strings.TrimSpace(h.Get("Rate-Limit-Remaining")) == "0" {
		at, err = time.Parse(time.RFC3339, strings.TrimSpace(h.Get("Rate-Limit-Reset")))
	}
	if err == nil && at.After(now) {
		return min(at.Sub(now), longest)
	}
	return 0
}

func number(s string, unit time.Duration) time.Duration {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0) {
		return 0
	}
	if f > float64(longest/unit) {
		return longest
	}
	return time.Duration(f * float64(unit))
}

// backoff before attempt n+1: doubling from a second to a minute, half of it by chance so that many clients don't return together.
func backoff(n int) time.Duration {
	d := min(time.Second<<min(n-1, 6), time.Minute)
	return d/2 + rand.N(d/2)
}
