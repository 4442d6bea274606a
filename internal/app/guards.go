package app

import (
	"fmt"

	"clientgraph/graph"
	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/limit"
	"clientgraph/internal/server"
)

// limits returns the bounds that flags set; the others have the server's defaults.
func limits(cfg config.Limits) server.Limits {
	return server.Limits{
		Body:         cfg.MaxBody,
		BodyTime:     cfg.BodyTime,
		Shape:        limit.Shape{Cost: cfg.MaxCost},
		Rows:         cfg.MaxRows,
		QueryTime:    cfg.QueryTime,
		MutationTime: cfg.MutationTime,
		MergeTime:    cfg.MergeTime,
		Running:      cfg.MaxRunning,
		Waiting:      cfg.MaxWaiting,
		WaitTime:     cfg.WaitTime,
		WriteTime:    cfg.WriteTime,
		Unwritten:    cfg.MaxUnwritten,
		Points:       cfg.PointsPerMinute,
	}
}

// trustedDocuments reads the file of trusted documents; nil if there is none.
func trustedDocuments(cfg config.Serve) (server.TrustedDocuments, error) {
	if cfg.TrustedDocuments == "" {
		return nil, nil //nolint:nilnil // No documents were published, and nothing went wrong.
	}
	schema := graph.NewSchema
	if cfg.Federation {
		schema = graph.NewSubgraph
	}
	trusted, err := server.ReadTrustedDocuments(cfg.TrustedDocuments, schema(nil).Schema())
	if err != nil {
		return nil, &devdb.UserError{Message: fmt.Sprintf("the trusted documents can't be used (%v): check --trusted-documents, or publish them again", err)}
	}
	return trusted, nil
}
