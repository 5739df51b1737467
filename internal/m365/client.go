// Package m365 is the product's only client of Microsoft 365.
package m365

import (
	"context"
	"errors"

	"evict/internal/gate"
)

// Throttle names a quota.
type Throttle string

// Operations is the table of every call that the product makes.
var Operations []Operation

// Client of one tenant.
type Client struct{ cfg Config }

// New client.
func New(cfg Config) (*Client, error) { return &Client{cfg: cfg}, nil }

var errNotBuilt = errors.New("m365: not built")

func (c *Client) read(context.Context, Call) (*Response, error)    { return nil, errNotBuilt }
func (c *Client) request(context.Context, Call) (*Response, error) { return nil, errNotBuilt }
func (c *Client) write(context.Context, Call, *gate.Permit) (*Response, error) {
	return nil, errNotBuilt
}
