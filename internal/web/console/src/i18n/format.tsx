// Dates and numbers for people. Times are those of the business's zone.
import { createContext, useContext, useMemo } from "react";
import { useText } from "~/i18n";

export interface Formats {
  zone: string;
  // instant is a day and a time in the business's zone.
  instant(iso: string | Date): string;
  day(iso: string): string;
  // instantDay is the day of an instant in the business's zone.
  instantDay(iso: string): string;
  // dayOfYear is a day without its year, which comes as MM-DD.
  dayOfYear(day: string): string;
  // month is the name of a month, of 0 to 11.
  month(index: number): string;
  time(at: Date): string;
  number(n: number): string;
  // isoDay is an instant's day in the business's zone, as the API takes it.
  isoDay(at: Date): string;
}

const Zone = createContext("UTC");
export const ZoneProvider = Zone.Provider;

export function useFormats(): Formats {
  const zone = useContext(Zone);
  const { code } = useText();
  return useMemo(() => {
    const instants = new Intl.DateTimeFormat(code, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
    const instantDays = new Intl.DateTimeFormat(code, { dateStyle: "medium", timeZone: zone });
    // A day has no zone: it is read and told at UTC midnight.
    const days = new Intl.DateTimeFormat(code, { dateStyle: "medium", timeZone: "UTC" });
    const daysOfYear = new Intl.DateTimeFormat(code, { day: "numeric", month: "short", timeZone: "UTC" });
    const months = new Intl.DateTimeFormat(code, { month: "long", timeZone: "UTC" });
    const times = new Intl.DateTimeFormat(code, { timeStyle: "medium", timeZone: zone });
    const isoDays = new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
    const numbers = new Intl.NumberFormat(code);
    return {
      zone,
      instant: (iso) => instants.format(new Date(iso)),
      instantDay: (iso) => instantDays.format(new Date(iso)),
      day: (iso) => {
        const at = new Date(`${iso}T00:00:00Z`);
        return Number.isNaN(at.getTime()) ? iso : days.format(at);
      },
      dayOfYear: (day) => {
        const at = new Date(`2024-${day}T00:00:00Z`);
        return Number.isNaN(at.getTime()) ? day : daysOfYear.format(at);
      },
      month: (index) => months.format(new Date(Date.UTC(2024, index, 1))),
      time: (at) => times.format(at),
      number: (n) => numbers.format(n),
      isoDay: (at) => isoDays.format(at),
    };
  }, [zone, code]);
}
