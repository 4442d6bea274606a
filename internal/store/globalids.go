package store

import (
	"clientgraph/internal/client"
)

// ID is the global id, which is unique within the business.
func (g *LocationGroup) ID() client.ID {
	return client.ID{Type: client.TypeLocationGroup, Number: g.LocationGroupID}
}

// ID is the global id.
func (w *Webhook) ID() client.ID { return client.ID{Type: client.TypeWebhook, Number: w.WebhookID} }

// ID is the global id.
func (d *WebhookDelivery) ID() client.ID {
	return client.ID{Type: client.TypeWebhookDelivery, Number: d.DeliveryID}
}

// ID is the global id.
func (j *Job) ID() client.ID { return client.ID{Type: client.TypeJob, Number: j.JobID} }

// ClientGlobalID is the global id of the delivery's client; nil if it has none.
func (d *WebhookDelivery) ClientGlobalID() *client.ID {
	if d.ClientID == 0 {
		return nil
	}
	return new(client.GlobalID(d.ClientID))
}

// MergedIntoClientGlobalID is the global id of the client in MergedIntoClientID.
func (d *WebhookDelivery) MergedIntoClientGlobalID() *client.ID {
	return client.OptionalClientID(d.MergedIntoClientID)
}
