// The demo's bot keeps UTC, and so does the page: all say the same hour.
const format = (options) => {
  const f = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
  return (t) => f.format(t);
};
export const clock = format({ hour: "2-digit", minute: "2-digit" });
export const briefDay = format({ weekday: "short", day: "numeric", month: "short" });
export const longDay = format({ weekday: "long", day: "numeric", month: "long" });
const short = format({ day: "numeric", month: "short", year: "numeric" });
const long = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const plain = format({ day: "numeric", month: "long", year: "numeric" });

export const ofTS = (ts) => new Date(Number(ts) * 1000);
export const dayOf = (t) => Math.floor(t / 864e5);

// relativeDay is "today", "yesterday" or the day itself.
export function relativeDay(t, now, otherwise = longDay) {
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[dayOf(t) - dayOf(now)] ?? otherwise(t);
}

// slackDate draws <!date^...>. A token that is not known leaves the fallback.
export function slackDate({ timestamp, format: pattern, fallback }, now) {
  const t = new Date(Number(timestamp) * 1000);
  const tokens = {
    date_num: t.toISOString().slice(0, 10), date: plain(t), date_short: short(t), date_long: long(t),
    date_pretty: relativeDay(t, now, plain), date_short_pretty: relativeDay(t, now, short), date_long_pretty: relativeDay(t, now, long),
    time: clock(t), time_secs: t.toISOString().slice(11, 19), ago: relativeDay(t, now, short),
  };
  let known = true;
  const text = pattern.replace(/\{(\w+)\}/g, (_, name) => tokens[name] ?? (known = false));
  return known ? text : fallback;
}
