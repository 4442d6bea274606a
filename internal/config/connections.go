package config

import (
	"fmt"
	"time"
)

// Connections bounds the connections and streams of callers.
type Connections struct {
	MaxConnections           int           `default:"10000" help:"Connections at once; fewer if the limit of open files (ulimit -n) does not allow that many. When all are in use, the oldest without an authenticated caller is closed for a new one."`
	MaxConnectionsPerAddress int           `default:"1000" help:"Connections of an address at once, counting a /64 of IPv6 as one; 0 is no bound. This machine's own addresses have none."`
	StrangerTime             time.Duration `default:"12s" help:"How long a connection may stay open without an authenticated caller."`

	MaxStreams                 int `default:"10000" help:"WebSockets and event streams at once."`
	MaxStreamsPerAddress       int `default:"1000" help:"WebSockets and event streams of an address at once; 0 is no bound. This machine's own addresses have none."`
	MaxStreamsPerCaller        int `default:"100" help:"WebSockets and event streams of a caller, by its business and user, at once; 0 is no bound."`
	MaxSubscriptions           int `default:"10000" help:"Subscriptions at once."`
	MaxSubscriptionsPerAddress int `default:"1000" help:"Subscriptions of an address at once; 0 is no bound. This machine's own addresses have none."`
	MaxSubscriptionsPerCaller  int `default:"100" help:"Subscriptions of a caller at once; 0 is no bound."`
}

// Validate is called by kong.
func (c Connections) Validate() error {
	for name, value := range map[string]int64{
		"--max-connections": int64(c.MaxConnections), "--stranger-time": int64(c.StrangerTime),
		"--max-streams": int64(c.MaxStreams), "--max-subscriptions": int64(c.MaxSubscriptions),
	} {
		if value <= 0 {
			return fmt.Errorf("%s must be more than 0", name)
		}
	}
	for name, value := range map[string]int{
		"--max-connections-per-address": c.MaxConnectionsPerAddress, "--max-streams-per-address": c.MaxStreamsPerAddress, "--max-streams-per-caller": c.MaxStreamsPerCaller,
		"--max-subscriptions-per-address": c.MaxSubscriptionsPerAddress, "--max-subscriptions-per-caller": c.MaxSubscriptionsPerCaller,
	} {
		if value < 0 {
			return fmt.Errorf("%s must be 0, for no bound, or more", name)
		}
	}
	return nil
}
