package respond

import (
	"crypto/rand"
	"io"
	"math/big"
)

// Classes of a password's characters. Those that are mistaken for each other
// on the telephone (O and 0, l, I and 1) are left out.
var classes = []string{
	"ABCDEFGHJKLMNPQRSTUVWXYZ",
	"abcdefghijkmnopqrstuvwxyz",
	"23456789",
	"!#$%*+-=?@_",
}

// passwordLength is how long a generated password is, in characters: 24 of 68 are 146 bits.
const passwordLength = 24

// generate makes a password with characters of all four classes. It is new at
// every call, so it is none of the last five.
func generate(source io.Reader) (string, error) {
	all := ""
	for _, c := range classes {
		all += c
	}
	out := make([]byte, 0, passwordLength)
	for i := range passwordLength {
		from := all
		if i < len(classes) {
			from = classes[i]
		}
		b, err := oneOf(source, from)
		if err != nil {
			return "", err
		}
		out = append(out, b)
	}
	for i := len(out) - 1; i > 0; i-- { // the first four are not always in the order of classes
		n, err := rand.Int(source, big.NewInt(int64(i+1)))
		if err != nil {
			return "", err
		}
		j := n.Int64()
		out[i], out[j] = out[j], out[i]
	}
	return string(out), nil
}

func oneOf(source io.Reader, from string) (byte, error) {
	n, err := rand.Int(source, big.NewInt(int64(len(from))))
	if err != nil {
		return 0, err
	}
	return from[n.Int64()], nil
}
