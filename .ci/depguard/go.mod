module clientgraph/depguard

go 1.26.0
