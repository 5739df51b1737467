package detect

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMoneyWordsAgreesWithLists holds the indexed look-up against the plain one.
func TestMoneyWordsAgreesWithLists(t *testing.T) {
	all := slices.Concat(moneyWords, payrollWords)
	rng := rand.New(rand.NewPCG(1, 2))
	glue := []string{"", " ", "x", "9", "é", "Re: ", "-"}
	found := 0
	for range 20_000 {
		w := all[rng.IntN(len(all))]
		if rng.IntN(4) == 0 {
			w = w[:rng.IntN(len(w)+1)]
		}
		s := glue[rng.IntN(len(glue))] + w + glue[rng.IntN(len(glue))]
		want := hasWord(s, moneyWords) != "" || hasWord(s, payrollWords) != ""
		if got := MoneyWords(s); got != want {
			t.Fatalf("MoneyWords(%q) = %v, the lists say %v", s, got, want)
		}
		if want {
			found++
		}
	}
	if found == 0 || found == 20_000 {
		t.Errorf("%d of 20000 subjects hold a word: nothing was compared", found)
	}
}
