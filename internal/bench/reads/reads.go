package main

import (
	"context"
	"fmt"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// pageSize is the page size of this measurement.
const pageSize = 20

// growth says whether a read costs more in a larger business.
type growth int

const (
	// flat costs the same in every business.
	flat growth = iota
	// paged finds more in a larger business and returns a page of it. MongoDB stops after
	// the page; the embedded engine reads all matches before it sorts and cuts.
	paged
	// matched is paged for a list that is found by a key whose index is not in the order.
	// MongoDB may choose that index or the order's, where it can stop after the page.
	matched
	// whole reads all that it reports, on every database.
	whole
)

// word is the reason in one word, which the page explains.
func (g growth) word() string {
	switch g {
	case paged:
		return "page"
	case matched:
		return "key"
	case whole:
		return "all"
	}
	return ""
}

// why explains what makes a read grow.
func (g growth) why() string {
	switch g {
	case paged:
		return "all matches are read before they are cut; MongoDB stops behind the page"
	case matched:
		return "all that have the key are read before they are cut; MongoDB may go by the order instead"
	case whole:
		return "all are counted, grouped or verified, on MongoDB too"
	}
	return ""
}

// read is a read of the API, or a level of a relation.
type read struct {
	name   string
	growth growth
	// run returns the number of objects found.
	run func(ctx context.Context, w *world) (int, error)
}

var (
	byName    = store.Order{Field: store.OrderByFullName}
	byAddress = store.Order{Field: store.OrderByEmailAddress, Descending: true}
	newest    = store.Order{Field: store.OrderByCreatedDate, Descending: true}
	changed   = store.Order{Field: store.OrderByModifiedDate, Descending: true}
	firstPage = reading.Page{PageNumber: 1, PageSize: pageSize}
)

// reads returns all reads that are measured.
func reads() []read {
	var all []read
	for _, group := range [][]read{lookups(), lists(), relations(), typeahead(), tags(), reports(), counts(), feed()} {
		all = append(all, group...)
	}
	return all
}

// found counts the clients that a read returned.
func found(clients []*client.Client, err error) (int, error) {
	there := 0
	for _, c := range clients {
		if c != nil {
			there++
		}
	}
	return there, err
}

func lookups() []read {
	return []read{
		{"client, by id", flat, func(ctx context.Context, w *world) (int, error) {
			c, err := w.service.Client(ctx, w.owner, w.landmarks[0].ID(), client.SelectAll())
			return found([]*client.Client{c}, err)
		}},
		{"nodes, 60 ids", flat, func(ctx context.Context, w *world) (int, error) {
			ids := make([]client.ID, len(w.landmarks))
			for i, c := range w.landmarks {
				ids[i] = c.ID()
			}
			nodes, err := w.service.Nodes(ctx, w.owner, ids, client.SelectAll())
			return len(nodes), err
		}},
		{"client, an id that nobody has", flat, func(ctx context.Context, w *world) (int, error) {
			c, err := w.service.Client(ctx, w.owner, client.ID{Number: nobody}, client.SelectAll())
			return found([]*client.Client{c}, err)
		}},
		{"history of a client", flat, func(ctx context.Context, w *world) (int, error) {
			args, err := w.service.HistoryArgs(w.owner, w.landmarks[0].ClientID, pageSize, nil)
			if err != nil {
				return 0, err
			}
			pages, err := w.service.History(ctx, w.owner, []int64{w.landmarks[0].ClientID}, args)
			return len(pages), err
		}},
		{"previewMerge of two", flat, func(ctx context.Context, w *world) (int, error) {
			_, err := w.service.PreviewMerge(ctx, w.owner, merging.MergeArgs{ClientID: w.landmarks[1].ID(), ClientIDs: []client.ID{w.landmarks[2].ID()}})
			return 2, err
		}},
		{"the account of a CLIENT's token", flat, func(ctx context.Context, w *world) (int, error) {
			_, err := w.service.Scope(ctx, client.Identity{BusinessID: w.owner.BusinessID, Role: client.RoleClient, ClientAccountID: landmarkAccount})
			return 1, err
		}},
		{"clientsByEmail", flat, func(ctx context.Context, w *world) (int, error) {
			return found(w.service.ByEmail(ctx, w.owner, landmarkEmail, firstPage, client.Selection{}))
		}},
		{"emailAddressInUse", flat, func(ctx context.Context, w *world) (int, error) {
			_, err := w.service.EmailInUse(ctx, w.owner, landmarkEmail)
			return 1, err
		}},
		{"clientsByExternalUserName", flat, func(ctx context.Context, w *world) (int, error) {
			return found(w.service.ByExternalUserName(ctx, w.owner, landmarkLogin, true, firstPage, client.Selection{}))
		}},
		{"business", flat, func(ctx context.Context, w *world) (int, error) {
			_, err := w.service.Business(ctx, w.owner)
			return 1, err
		}},
		{"field definitions", flat, func(ctx context.Context, w *world) (int, error) {
			definitions, err := w.service.Definitions(ctx, w.owner)
			return len(definitions), err
		}},
		{"locationGroups", flat, func(ctx context.Context, w *world) (int, error) {
			groups, err := w.service.LocationGroups(ctx, w.owner)
			return len(groups), err
		}},
	}
}

func lists() []read {
	page := func(name string, growth growth, scope func(*world) client.Scope, order store.Order, number int64) read {
		return read{name, growth, func(ctx context.Context, w *world) (int, error) {
			return found(w.service.Clients(ctx, scope(w), order, reading.Page{PageNumber: number, PageSize: pageSize}, client.Selection{}))
		}}
	}
	connection := func(name string, args func(*world) reading.ConnectionArgs) read {
		return read{name, paged, func(ctx context.Context, w *world) (int, error) {
			part, err := w.service.Connection(ctx, w.owner, args(w), client.Selection{})
			if err != nil {
				return 0, err
			}
			return len(part.Rows), nil
		}}
	}
	return []read{
		page("clients, page 1 by name", paged, asOwner, byName, 1),
		page("clients, page 20 by name", paged, asOwner, byName, 20),
		page("clients, page 1 by address, descending", paged, asOwner, byAddress, 1),
		page("clients, page 1, newest first", paged, asOwner, newest, 1),
		page("clients, page 1, last changed first", paged, asOwner, changed, 1),
		{"clients, a page behind nine tenths", paged, func(ctx context.Context, w *world) (int, error) {
			return found(w.service.Clients(ctx, w.owner, byName, reading.Page{PageNumber: w.deepPage, PageSize: pageSize}, client.Selection{}))
		}},
		page("clients, page 1, STAFF with 20 rows", flat, asFew, byName, 1),
		page("clients, page 1, 250 keys and 20 rows", paged, func(w *world) client.Scope { return w.manyKeys }, byName, 1),
		page("clients, page 1, STAFF with a sixth", paged, func(w *world) client.Scope { return w.manyRows }, byName, 1),
		page("clients, page 1, CLIENT with 60 rows", flat, func(w *world) client.Scope { return w.own }, byName, 1),
		connection("clientConnection, first 20", func(*world) reading.ConnectionArgs {
			return reading.ConnectionArgs{Order: byName, First: new(int64(pageSize))}
		}),
		connection("clientConnection, first 20 after the 100th", func(w *world) reading.ConnectionArgs {
			return reading.ConnectionArgs{Order: byName, First: new(int64(pageSize)), After: &w.middle}
		}),
		connection("clientConnection, first 20 behind nine tenths", func(w *world) reading.ConnectionArgs {
			return reading.ConnectionArgs{Order: byName, First: new(int64(pageSize)), After: &w.deep}
		}),
		connection("clientConnection, last 20", func(*world) reading.ConnectionArgs {
			return reading.ConnectionArgs{Order: byName, Last: new(int64(pageSize))}
		}),
	}
}

// feedBegin returns the place before the feed's first row, for that caller.
func feedBegin(ctx context.Context, scope client.Scope) (string, error) {
	aead, err := unkept{}.AEAD(ctx)
	if err != nil {
		return "", err
	}
	return changefeed.NewCursorSeal(aead, scope).Seal(changefeed.Cursor{}), nil
}

func feed() []read {
	changes := func(name string, growth growth, scope func(*world) client.Scope) read {
		return read{name, growth, func(ctx context.Context, w *world) (int, error) {
			begin, err := feedBegin(ctx, scope(w))
			if err != nil {
				return 0, err
			}
			part, err := w.service.ClientChanges(ctx, scope(w), &begin, 100, client.Selection{})
			if err != nil {
				return 0, err
			}
			return len(part.Changes), nil
		}}
	}
	return []read{
		{"clientChanges, the first 100 of all", paged, func(ctx context.Context, w *world) (int, error) {
			part, err := w.service.ClientChanges(ctx, w.owner, nil, 100, client.Selection{})
			if err != nil {
				return 0, err
			}
			return len(part.Changes), nil
		}},
		changes("clientChanges, the feed's first 100", flat, asOwner),
		changes("clientChanges, 20 of the feed, STAFF with 20 rows", flat, asFew),
		changes("clientChanges, 100 of the feed, STAFF with a sixth", paged, func(w *world) client.Scope { return w.manyRows }),
		changes("clientChanges, 20 of the feed, 250 keys and 20 rows", paged, func(w *world) client.Scope { return w.manyKeys }),
		changes("clientChanges, 100 of the feed, CLIENT with 60 rows", paged, func(w *world) client.Scope { return w.own }),
		{"clientChanges, at the feed's end", flat, func(ctx context.Context, w *world) (int, error) {
			part, err := w.service.ClientChanges(ctx, w.fewRows, w.fed, 100, client.Selection{})
			if err != nil {
				return 0, err
			}
			return len(part.Changes), nil
		}},
	}
}

func asOwner(w *world) client.Scope { return w.owner }
func asFew(w *world) client.Scope   { return w.fewRows }

func relations() []read {
	return []read{
		{"viewClients of a page of 20", flat, func(ctx context.Context, w *world) (int, error) {
			return found(w.service.Subjects(ctx, w.owner, w.landmarks[:pageSize], client.Selection{}))
		}},
		{"viewByClients of a page of 20", flat, func(ctx context.Context, w *world) (int, error) {
			return found(w.service.Viewers(ctx, w.owner, w.landmarks[1:pageSize+1], client.Selection{}))
		}},
		{"viewByClients of a page of 20, as a CLIENT", flat, func(ctx context.Context, w *world) (int, error) {
			return found(w.service.Viewers(ctx, w.own, w.landmarks[1:pageSize+1], client.Selection{}))
		}},
		{"clientsCanView, page 1", flat, func(ctx context.Context, w *world) (int, error) {
			return found(w.service.CanView(ctx, w.owner, w.landmarks[0].ID(), firstPage, client.Selection{}))
		}},
		{"clientsCanViewedBy, page 1", flat, func(ctx context.Context, w *world) (int, error) {
			return found(w.service.CanViewedBy(ctx, w.owner, client.ID{Number: landmarkAccount}, firstPage, client.Selection{}))
		}},
		{"formList of a page of 20", flat, func(ctx context.Context, w *world) (int, error) {
			forms, err := w.service.Forms(ctx, w.owner, w.page)
			return len(forms), err
		}},
	}
}

func typeahead() []read {
	typed := func(name string, growth growth, scope func(*world) client.Scope, text string) read {
		return read{name, growth, func(ctx context.Context, w *world) (int, error) {
			suggestions, err := w.service.Suggest(ctx, scope(w), text, byName, 10, client.Selection{})
			if err != nil {
				return 0, err
			}
			return len(suggestions.Clients), nil
		}}
	}
	return []read{
		typed("filterClients, blank", paged, asOwner, ""),
		typed("filterClients, a rare name", flat, asOwner, landmarkName),
		typed("filterClients, a rare name's middle", flat, asOwner, "yxwq"),
		typed("filterClients, a common name", matched, asOwner, "Anna"),
		typed("filterClients, two letters", matched, asOwner, "An"),
		typed("filterClients, digits", matched, asOwner, "555"),
		typed("filterClients, a rare name, STAFF", flat, asFew, landmarkName),
		typed("filterClients, a common name, STAFF with 20 rows", matched, asFew, "Anna"),
	}
}

func tags() []read {
	tag := func(name string, growth growth, scope func(*world) client.Scope, tag string) read {
		return read{name, growth, func(ctx context.Context, w *world) (int, error) {
			return found(w.service.ByTag(ctx, scope(w), tag, firstPage, client.Selection{}))
		}}
	}
	return []read{
		tag("clientsByTag, 20 clients", flat, asOwner, landmarkTag),
		tag("clientsByTag, a common tag", matched, asOwner, "VIP"),
		tag("clientsByTag, a common tag, STAFF with 20 rows", matched, asFew, "VIP"),
		{"matchingTags, a rare tag", flat, func(ctx context.Context, w *world) (int, error) {
			found, err := w.service.MatchingTags(ctx, w.owner, landmarkTag)
			return len(found), err
		}},
		{"matchingTags, a common tag", matched, func(ctx context.Context, w *world) (int, error) {
			found, err := w.service.MatchingTags(ctx, w.owner, "VIP")
			return len(found), err
		}},
		{"tagUsage", whole, func(ctx context.Context, w *world) (int, error) {
			counts, err := w.service.TagUsage(ctx, w.owner, firstPage)
			return len(counts), err
		}},
	}
}

func counts() []read {
	count := func(name string, growth growth, filter reading.Filter) read {
		return read{name, growth, func(ctx context.Context, w *world) (int, error) {
			counted, err := w.service.Count(ctx, w.owner, filter)
			return int(counted), err
		}}
	}
	return []read{
		count("clientCount", whole, reading.Filter{}),
		count("clientReportCount, a rare tag", flat, reading.Filter{Tags: []string{landmarkTag}}),
		count("clientReportCount, a common tag", whole, reading.Filter{Tags: []string{"VIP"}}),
		count("clientReportCount, searchTerm", whole, reading.Filter{SearchTerm: "friend"}),
		{"clientReportWithCount, a common tag", whole, func(ctx context.Context, w *world) (int, error) {
			report, err := w.service.Report(ctx, w.owner, reading.ReportArgs{
				Filter: reading.Filter{Tags: []string{"VIP"}}, Order: byName, Page: firstPage, WithClients: true, WithCount: true,
			}, client.Selection{})
			if err != nil {
				return 0, err
			}
			return len(report.Clients), nil
		}},
		{"clientIdList, 1,000 ids", paged, func(ctx context.Context, w *world) (int, error) {
			ids, err := w.service.IDs(ctx, w.owner, reading.Filter{}, reading.Page{PageNumber: 1, PageSize: 1_000})
			return len(ids), err
		}},
		{"duplicateClients, first 20", whole, func(ctx context.Context, w *world) (int, error) {
			duplicates, err := w.service.Duplicates(ctx, w.owner, pageSize, nil, client.Selection{})
			if err != nil {
				return 0, fmt.Errorf("find duplicates: %w", err)
			}
			return len(duplicates.Groups), nil
		}},
	}
}
