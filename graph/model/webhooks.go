package model

import (
	"clientgraph/internal/history"
	"clientgraph/internal/service/webhooks"
	"clientgraph/internal/store"
)

// WebhookDeliveryConnection is a part of the deliveries of a webhook.
type WebhookDeliveryConnection struct{ *webhooks.DeliveryPage }

// Edges are the deliveries with their cursors.
func (c *WebhookDeliveryConnection) Edges() []*WebhookDeliveryEdge {
	edges := make([]*WebhookDeliveryEdge, len(c.Entries))
	for i, node := range c.Nodes() {
		edges[i] = &WebhookDeliveryEdge{Cursor: c.Cursors[i], Node: node}
	}
	return edges
}

// Nodes are the deliveries alone.
func (c *WebhookDeliveryConnection) Nodes() []*WebhookDelivery {
	nodes := make([]*WebhookDelivery, len(c.Entries))
	for i := range c.Entries {
		nodes[i] = &WebhookDelivery{&c.Entries[i]}
	}
	return nodes
}

// PageInfo says where in the list the part is.
func (c *WebhookDeliveryConnection) PageInfo() *PageInfo {
	return &PageInfo{Cursors: c.Cursors, Next: c.Earlier, Previous: c.Later}
}

// WebhookDeliveryEdge is a delivery with its cursor.
type WebhookDeliveryEdge struct {
	Cursor string
	Node   *WebhookDelivery
}

// WebhookDelivery is a message about one change to one webhook.
type WebhookDelivery struct{ *store.WebhookDelivery }

// Kind is what happened; nil for a message about no client.
func (d *WebhookDelivery) Kind() *history.Kind {
	if d.WebhookDelivery.ClientID == 0 {
		return nil
	}
	return &d.WebhookDelivery.Kind
}

// ClientID is the client that it happened to; nil for none.
func (d *WebhookDelivery) ClientID() *int64 {
	if d.WebhookDelivery.ClientID == 0 {
		return nil
	}
	return &d.WebhookDelivery.ClientID
}
