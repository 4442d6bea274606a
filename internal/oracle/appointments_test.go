package oracle_test

import (
	"fmt"
	"strconv"
	"time"

	"pgregory.net/rapid"
)

func (r *run) appoint(rt *rapid.T) {
	who := r.drawBoss(rt)
	id, news := r.drawNews(rt)
	entry := values{"appointmentId": strconv.FormatInt(id, 10), "modifiedDate": instant(news.ModifiedAt)}
	name, kind := "removeAppointments", "AppointmentRemovalInput"
	if !news.Removed {
		name, kind = "recordAppointments", "AppointmentInput"
		status := "CANCELLED"
		if news.Open {
			status = "OPEN"
		}
		entry["clientId"], entry["staffId"], entry["locationId"] = strconv.FormatInt(news.SentFor, 10), news.StaffID, news.Location
		entry["start"], entry["status"] = instant(0), status
	}
	query := fmt.Sprintf("mutation ($a: [%s!]!) { %s(appointments: $a) { userErrors { code field } } }", kind, name)
	r.compare(rt, r.do(rt, who, name, query, values{"a": []any{entry}}), r.model.Record(who, id, news))
}

func instant(second int64) string {
	return time.Date(2030, 1, 1, 0, 0, int(second), 0, time.UTC).Format(time.RFC3339)
}
