package app

import (
	"io"

	"evict/internal/message"
	"evict/internal/records"
)

// JudgeMessage reads one mail's headers and says whose account sent it.
func JudgeMessage(r io.Reader, domains, correspondents []string) (message.MessageVerdict, error) {
	m, err := records.ReadMessage(r)
	if err != nil {
		return message.MessageVerdict{}, err
	}
	return message.Judge(m, domains, correspondents), nil
}
