// How numbers, times and states look: as in the rollout report. Times are UTC.

const THIN = "\u202f";
export const NONE = "–";

export function count(number) {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
}

export function counted(number, noun) {
  return `${count(number)} ${noun}${Math.round(number) === 1 ? "" : "s"}`;
}

/** Three digits that matter. */
export function decimal(value) {
  if (value === null || value === undefined) return NONE;
  const size = Math.abs(value);
  if (size >= 99.95) return size >= 1e9 ? value.toExponential(1) : count(value);
  return String(Number(value.toPrecision(3)));
}

export function millis(value) {
  if (value === null || value === undefined) return NONE;
  if (value >= 999.5) return decimal(value / 1000) + THIN + "s";
  return (value >= 10 ? value.toFixed(0) : String(Number(value.toFixed(value >= 1 ? 1 : 2)))) + THIN + "ms";
}

export function rate(part, all) {
  if (!all) return NONE;
  const percent = (100 * part) / all;
  if (percent > 0 && percent < 0.01) return `<${THIN}0.01${THIN}%`;
  if (percent < 100 && percent >= 99.95) return `>${THIN}99.9${THIN}%`;
  return Number(percent.toFixed(percent < 10 ? 2 : 1)) + THIN + "%";
}

/** A share of 0 to 100, as exact as it was set. */
export function share(percent) {
  return Number(percent.toFixed(3)) + THIN + "%";
}

/** Evidence, given by its natural logarithm. */
export function wealth(log) {
  if (log === null || log === undefined) return "∞";
  if (log > Math.log(1e6)) {
    const exponent = Math.floor(log / Math.LN10);
    const digits = [...String(exponent)].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("");
    return `${(Math.exp(log - exponent * Math.LN10)).toFixed(1)}×10${digits}`;
  }
  const value = Math.exp(log);
  return value < 0.01 ? `<${THIN}0.01` : value < 10 ? String(Number(value.toFixed(2))) : count(value);
}

export function money(value) {
  if (value === null || value === undefined) return NONE;
  if (value === 0) return "0";
  return value >= 100 ? count(value) : value >= 0.01 ? value.toFixed(2) : value.toPrecision(2).replace(/e-0?/, "e−");
}

// Times

export function clock(iso) {
  return new Date(iso).toISOString().slice(11, 19);
}

export function day(iso) {
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}

/** "18:02:41 UTC", after its date if that is not today's. */
export function at(iso, now) {
  return (day(iso) === day(now) ? "" : day(iso) + ", ") + clock(iso) + " UTC";
}

/** "26 h 5 min": the two largest parts. */
export function length(seconds) {
  const parts = [
    [Math.floor(seconds / 86400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [Math.floor(seconds) % 60, "s"],
  ];
  const first = parts.findIndex(([number]) => number > 0);
  if (first < 0) return `0${THIN}s`;
  return parts.slice(first, first + 2).filter(([number]) => number > 0).map(([number, unit]) => number + THIN + unit).join(" ");
}

export function ago(iso, now) {
  const seconds = (new Date(now) - new Date(iso)) / 1000;
  return seconds < 1 ? "just now" : `${length(seconds)} ago`;
}

// States: a word and a tone; a tone is a shape and a colour.

export const STATUS = { UP: ["up", "good"], DEGRADED: ["degraded", "wait"], DOWN: ["down", "bad"] };

export const PHASE = {
  OFF: ["off", "calm"],
  RUNNING: ["running", "go"],
  HOLD: ["on hold", "wait"],
  QUARANTINED: ["taken away", "bad"],
  ROLLED_BACK: ["rolled back", "bad"],
  COMPLETED: ["completed", "good"],
};

export const BREAKER = {
  CLOSED: ["closed", "good"],
  HALF_OPEN: ["probing", "wait"],
  OPEN: ["open", "bad"],
  LATCHED: ["latched", "bad"],
};

export const VERDICT = {
  PASS: ["pass", "good"],
  FAIL: ["fail", "bad"],
  INCONCLUSIVE: ["inconclusive", "calm"],
  NO_DATA: ["no data", "calm"],
  INVALID: ["invalid", "wait"],
};

export const ANSWER = { ACCEPT: ["accept", "good"], REJECT: ["reject", "bad"], CONTINUE: ["go on", "calm"] };
export const CRITERION = { ACCEPT: ["met", "good"], REJECT: ["failed", "bad"], CONTINUE: ["open", "calm"] };
export const LEVEL = { FAILING: ["failing", "bad"], BAD: ["incident", "bad"], DEGRADED: ["degraded", "wait"], WAIT: ["look", "wait"], CALM: ["note", "calm"] };

/** The sentence at the top, with how long ago it was. */
export function sentence(trouble, now) {
  const when = trouble.at ? ` ${trouble.lasting ? "for " + length((new Date(now) - new Date(trouble.at)) / 1000) : ago(trouble.at, now)}` : "";
  const why = trouble.why ? `: ${trouble.why}` : "";
  const done = trouble.now ? `; ${trouble.now}` : "";
  return `${trouble.what}${when}${why}${done}.`;
}

/** "'a' and 'b'", "'a', 'b' and 2 more". */
export function list(names) {
  if (names.length <= 1) return names.join("");
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} more`] : names;
  return `${shown.slice(0, -1).join(", ")} and ${shown[shown.length - 1]}`;
}

/** What is said while nothing is wrong. */
export function calm(state) {
  const agents = state.agents.length;
  const onTrial = state.agents.filter((a) => a.rollout.share > 0).map((a) => `${a.agent} at ${share(a.rollout.share)}`);
  const all = agents === 1 ? `${state.agents[0].agent} answers` : `All ${agents} agents answer`;
  return `${all} as intended${onTrial.length ? `; candidates serve in ${list(onTrial)}` : "; nobody is on a candidate"}.`;
}
