package model

import (
	"time"

	"clientgraph/internal/service/jobs"
	"clientgraph/internal/store"
)

// JobConnection is a page of jobs.
type JobConnection struct{ *jobs.Page }

// Edges are the jobs with their cursors.
func (c *JobConnection) Edges() []*JobEdge {
	edges := make([]*JobEdge, len(c.Entries))
	for i, node := range c.Nodes() {
		edges[i] = &JobEdge{Cursor: c.Cursors[i], Node: node}
	}
	return edges
}

// Nodes are the jobs without their cursors.
func (c *JobConnection) Nodes() []*store.Job {
	nodes := make([]*store.Job, len(c.Entries))
	for i := range c.Entries {
		nodes[i] = &c.Entries[i]
	}
	return nodes
}

// PageInfo is the place of the page in the list.
func (c *JobConnection) PageInfo() *PageInfo {
	return &PageInfo{Cursors: c.Cursors, Next: c.Earlier, Previous: c.Later}
}

// JobEdge is a job with its cursor.
type JobEdge struct {
	Cursor string
	Node   *store.Job
}

// JobResult is a file to download.
type JobResult struct {
	Path     string
	Expires  time.Time
	Bytes    int64
	FileName string
}
