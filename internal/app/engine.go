package app

import (
	"math"

	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/telemetry"
)

// showEngine reports the embedded engine's disk in metrics, if this process started the
// engine.
func showEngine(watched *telemetry.Telemetry, cfg config.Database, db *database) {
	if db.engine.Kind == devdb.KindGiven {
		return
	}
	bytes := func(read func(string) (int64, error)) func() float64 {
		return func() float64 {
			size, err := read(cfg.DataDir)
			if err != nil {
				return math.NaN()
			}
			return float64(size)
		}
	}
	watched.Show(telemetry.EngineDiskUsed, bytes(devdb.Used))
	watched.Show(telemetry.EngineDiskFree, bytes(devdb.Free))
}
