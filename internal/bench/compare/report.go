package main

import "io"

func (m *measurement) report(w io.Writer) error {
	for _, q := range m.queries {
		for _, v := range m.variants {
			for _, s := range m.rounds[cell{q.Name, v.Name}] {
				_, _ = io.WriteString(w, q.Letter+" "+v.Name+" "+s.many.PerRequest().String()+" "+s.single.Quantile(.5).String()+"\n")
			}
		}
	}
	return nil
}
