package model

import (
	"clientgraph/internal/history"
	"clientgraph/internal/service/webhooks"
	"clientgraph/internal/store"
)

// WebhookDeliveryConnection is a page of a webhook's deliveries.
type WebhookDeliveryConnection struct{ *webhooks.DeliveryPage }

// Edges are the deliveries with their cursors.
func (c *WebhookDeliveryConnection) Edges() []*WebhookDeliveryEdge {
	edges := make([]*WebhookDeliveryEdge, len(c.Entries))
	for i, node := range c.Nodes() {
		edges[i] = &WebhookDeliveryEdge{Cursor: c.Cursors[i], Node: node}
	}
	return edges
}

// Nodes are the deliveries without their cursors.
func (c *WebhookDeliveryConnection) Nodes() []*WebhookDelivery {
	nodes := make([]*WebhookDelivery, len(c.Entries))
	for i := range c.Entries {
		nodes[i] = &WebhookDelivery{&c.Entries[i]}
	}
	return nodes
}

// PageInfo is the place of the page in the list.
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

// Kind is the kind of the change; nil for a message without a client.
func (d *WebhookDelivery) Kind() *history.Kind {
	if d.WebhookDelivery.ClientID == 0 {
		return nil
	}
	return &d.WebhookDelivery.Kind
}

// ClientID is the changed client; nil for none.
func (d *WebhookDelivery) ClientID() *int64 {
	if d.WebhookDelivery.ClientID == 0 {
		return nil
	}
	return &d.WebhookDelivery.ClientID
}
