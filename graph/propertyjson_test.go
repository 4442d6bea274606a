package graph_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"pgregory.net/rapid"

	"clientgraph/graph/scalar"
	"clientgraph/internal/client"
	"clientgraph/internal/clienttest"
	"clientgraph/internal/testsize"
)

// marshalled is a value of a property as the schema's scalars write it; ok is false
// of one that has no scalar.
func marshalled(t *rapid.T, value any) (text string, ok bool) {
	var written graphql.Marshaler
	switch v := value.(type) {
	case nil:
		written = graphql.Null
	case string:
		written = scalar.MarshalString(v)
	case bool:
		written = graphql.MarshalBoolean(v)
	case float64:
		written = graphql.WrapContextMarshaler(t.Context(), graphql.MarshalFloatContext(v))
	case int64:
		written = scalar.MarshalNumberID(v)
	case client.Date:
		written = scalar.MarshalDate(v)
	case time.Time:
		written = scalar.MarshalDateTime(v)
	case client.Status:
		written = scalar.MarshalStatus(v)
	case []string:
		list := graphql.Array{}
		for _, text := range v {
			list = append(list, scalar.MarshalString(text))
		}
		written = list
	case []int64:
		list := graphql.Array{}
		for _, id := range v {
			list = append(list, scalar.MarshalNumberID(id))
		}
		written = list
	default:
		return "", false
	}
	var data bytes.Buffer
	written.MarshalGQL(&data)
	return data.String(), true
}

// Whatever a property holds, what it appends as JSON is what its scalar writes.
func TestPropertyPropertiesAppendWhatScalarsWrite(t *testing.T) {
	testsize.Check(t, testsize.Of(100, 500, 5000), func(rt *rapid.T) {
		c := clienttest.AnyClient().Draw(rt, "client")
		for i := range client.Properties() {
			p := &client.Properties()[i]
			want, scalar := marshalled(rt, p.Value(c))
			if !scalar || p.Name == client.NameAppointmentCount {
				continue
			}
			if got := string(p.AppendJSON(nil, c)); got != want {
				rt.Fatalf("%s is appended as %s, want %s", p.Name, got, want)
			}
		}
	})
}
