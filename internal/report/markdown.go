package report

import (
	"io"

	"evict"
)

func Markdown(w io.Writer, inv *evict.Investigation) error { return nil }
