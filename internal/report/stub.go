package report

import (
	"io"

	"evict"
)

func HTML(w io.Writer, inv *evict.Investigation) error     { return nil }
func Markdown(w io.Writer, inv *evict.Investigation) error { return nil }
