// Charts of a timeline: positions across in per cent of a stretchable picture, text in pixels, as in the rollout report.

import { h } from "./dom.js";
import { clock, count, day, length, millis, share } from "./words.js";

const WIDTH = 1000;

/** From when to when a timeline goes; at least two minutes, so that a beginning is not stretched over the whole width. */
export function span(timeline, now) {
  const end = Math.max(new Date(now) / 1000, new Date(timeline.from) / 1000 + timeline.seconds);
  const from = timeline.share.length === 0 ? end - 120 : Math.min(new Date(timeline.from) / 1000, end - 120);
  return { from, end, at: (seconds) => Math.max(0, Math.min(1, (seconds - from) / (end - from))) };
}

/** A logarithmic scale of latencies, upwards from 0 to 1. */
function latencies(timeline, limit) {
  const values = [...timeline.baseline.p95, ...timeline.candidate.p95, limit].filter((v) => v !== null && v > 0);
  if (values.length === 0) return { at: () => 0, ticks: [] };
  const low = Math.log10(Math.min(...values)) - 0.1;
  const high = Math.max(Math.log10(Math.max(...values)) + 0.1, low + 0.6);
  const at = (value) => (Math.log10(value) - low) / (high - low);
  const ticks = [];
  for (let decade = Math.floor(low); decade <= high; decade++) {
    for (const step of [1, 2, 5]) ticks.push(step * 10 ** decade);
  }
  const seen = ticks.filter((tick) => at(tick) >= 0 && at(tick) <= 1);
  return { at, ticks: seen.length > 4 ? seen.filter((_, i) => i % 2 === seen.length % 2) : seen };
}

/** A linear scale from zero to at least `least`, with a round end. */
function linear(highest, least) {
  const wanted = Math.max(highest, least);
  const unit = 10 ** Math.floor(Math.log10(wanted));
  const end = [1, 2, 5, 10].map((step) => step * unit).find((round) => round >= wanted * 0.999);
  return { at: (value) => value / end, ticks: [0, end / 2, end] };
}

function units(value) {
  return (value * WIDTH).toFixed(1).replace(/\.0$/, "");
}

/** The path of a line with gaps where nothing was measured; a lone point becomes a short dash. */
function line(timeline, span, values, at) {
  let path = "";
  let open = false;
  values.forEach((value, i) => {
    if (value === null) {
      open = false;
      return;
    }
    const middle = new Date(timeline.from) / 1000 + (i + 0.5) * timeline.seconds;
    const x = span.at(middle);
    const y = units(1 - at(value));
    const lonely = !open && (i + 1 === values.length || values[i + 1] === null);
    path += open ? `L${units(x)} ${y}` : `M${units(lonely ? Math.max(0, x - 0.004) : x)} ${y}`;
    if (lonely) path += `L${units(x + 0.004)} ${y}`;
    open = true;
  });
  return path;
}

/** The share as steps: it falls in the instant of a decision, not with the next point. */
function steps(timeline, span, at) {
  if (timeline.share.length === 0) return "";
  const start = new Date(timeline.from) / 1000;
  let marks = timeline.marks.map((m) => ({ x: span.at(new Date(m.at) / 1000), before: m.before, after: m.after, seconds: new Date(m.at) / 1000 }));
  const first = marks.length && marks[0].seconds < start + timeline.seconds ? marks[0].before : timeline.share[0];
  let path = `M${units(span.at(start))} ${units(1 - at(first))}`;
  let last = first;
  const to = (x, value) => {
    if (value !== last) path += `H${units(x)}V${units(1 - at(value))}`;
    last = value;
  };
  timeline.share.forEach((value, i) => {
    const from = start + i * timeline.seconds;
    const inside = marks.filter((m) => m.seconds >= from && m.seconds < from + timeline.seconds);
    inside.forEach((m) => to(m.x, m.after));
    to(span.at(inside.length ? from + timeline.seconds : from), value);
  });
  return path + "H" + WIDTH;
}

function area(path) {
  const x = path.match(/^M([\d.]+)/);
  return path && x ? `${path}V${WIDTH}H${x[1]}Z` : "";
}

const highestShare = (timeline) =>
  Math.max(0, ...timeline.share, ...timeline.marks.flatMap((m) => [m.before, m.after]));

/** Which part of a variant's calls the baseline answered instead. */
const fallbackRates = (timeline) =>
  timeline.candidate.calls.map((calls, i) => {
    const all = calls + timeline.baseline.calls[i];
    return all === 0 ? null : (timeline.candidate.errors[i] - timeline.candidate.callerErrors[i]) / all;
  });

const errorRates = (timeline) =>
  timeline.candidate.calls.map((calls, i) => {
    const all = calls + timeline.baseline.calls[i];
    return all === 0 ? null : (timeline.candidate.callerErrors[i] + timeline.baseline.callerErrors[i]) / all;
  });

function svg(label, height, ...children) {
  return h("svg", { class: "picture", role: "img", "aria-label": label, width: "100%", height }, children);
}

function stretched(...children) {
  return h("svg", { class: "data", viewBox: `0 0 ${WIDTH} ${WIDTH}`, preserveAspectRatio: "none", width: "100%", height: "100%" }, children);
}

/** What a row shows: share as an area, p95 of both as lines, decisions as marks. */
export function sparkline(agent, timeline, now) {
  if (!timeline || timeline.share.length === 0) return h("span", { class: "soft" }, "no calls yet");
  const range = span(timeline, now);
  const up = latencies(timeline, agent.limitMillis);
  const portion = steps(timeline, range, (value) => value / 100);
  const marks = timeline.marks.filter((m) => m.before !== m.after);
  return h("div", { class: "spark" },
    svg(sparkWords(agent, timeline, range, now), 46,
      stretched(
        h("path", { class: "area candidate", d: area(portion) }),
        agent.limitMillis === null ? null : h("path", { class: "limit", d: `M0 ${units(1 - up.at(agent.limitMillis))}H${WIDTH}` }),
        h("path", { class: "line baseline", d: line(timeline, range, timeline.baseline.p95, up.at) }),
        h("path", { class: "line candidate", d: line(timeline, range, timeline.candidate.p95, up.at) })),
      marks.map((m) => {
        const x = (100 * range.at(new Date(m.at) / 1000)).toFixed(2) + "%";
        return h("line", { class: m.rollback ? "mark rollback" : "mark", x1: x, x2: x, y1: 0, y2: "100%" });
      })),
    h("div", { class: "spark-axis", "aria-hidden": "true" },
      h("span", null, `${length(range.end - range.from)} ago`), h("span", null, "now")));
}

function sparkWords(agent, timeline, range, now) {
  const highest = (column) => Math.max(...column.filter((v) => v !== null));
  const known = (column) => column.some((v) => v !== null);
  const said = [`Last ${length(range.end - range.from)}`];
  said.push(`share at most ${share(highestShare(timeline))}, now ${share(timeline.share[timeline.share.length - 1])}`);
  if (known(timeline.baseline.p95)) said.push(`highest p95 of the baseline ${millis(highest(timeline.baseline.p95))}`);
  if (known(timeline.candidate.p95)) said.push(`of the candidate ${millis(highest(timeline.candidate.p95))}`);
  const rollback = timeline.marks.filter((m) => m.rollback).pop();
  if (rollback) said.push(`rolled back at ${clock(rollback.at)} UTC`);
  return said.join("; ");
}

// The three large charts

function frame(name, title, words, height, range, scale, format, marks, data, over) {
  return h("figure", { class: "chart" },
    h("figcaption", null, h("h3", null, title), words ? h("span", { class: "soft" }, words) : null),
    h("div", { class: "plot" },
      h("div", { class: "axis", "aria-hidden": "true" },
        h("svg", { width: "100%", height },
          scale.ticks.map((tick) => h("text", { x: "100%", dx: -8, y: y(scale.at(tick), height) + 4, "text-anchor": "end" }, format(tick))))),
      svg(`${title}. ${words}`, height,
        scale.ticks.map((tick) => {
          const down = y(scale.at(tick), height);
          return h("line", { class: "grid", x1: 0, x2: "100%", y1: down, y2: down });
        }),
        marks.map((m) => h("line", { class: m.rollback ? "mark rollback" : "mark", x1: m.x, x2: m.x, y1: 0, y2: "100%" })),
        stretched(data),
        over)));
}

function y(value, height) {
  return Number(((1 - value) * height).toFixed(1));
}

function ticks(range) {
  const steps = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400, 172800];
  const step = steps.find((s) => (range.end - range.from) / s <= 7) ?? 172800;
  const all = [];
  for (let t = Math.ceil(range.from / step) * step; t <= range.end; t += step) all.push(t);
  return { all, step };
}

function timeAxis(range) {
  const { all, step } = ticks(range);
  return h("div", { class: "plot", "aria-hidden": "true" },
    h("div", { class: "axis" }),
    h("svg", { class: "picture", width: "100%", height: 18 },
      all.filter((t) => range.at(t) < 0.97).map((t, i) => {
        const iso = new Date(t * 1000).toISOString();
        const shown = step >= 86400 ? day(iso).slice(0, -5) : step < 60 ? clock(iso) : clock(iso).slice(0, 5);
        return h("text", { class: i % 2 ? "odd" : null, x: (100 * range.at(t)).toFixed(2) + "%", y: 13, "text-anchor": range.at(t) < 0.03 ? "start" : "middle" }, shown);
      }),
      h("text", { x: "100%", y: 13, "text-anchor": "end" }, "now")));
}

/** Numbers above the charts that lead to the decisions; those too close to each other share a place. */
function markRow(marks, open) {
  const groups = [];
  const apart = innerWidth < 700 ? 0.13 : 0.035;
  for (const mark of marks) {
    const last = groups[groups.length - 1];
    if (last && mark.part - last.part < apart) {
      last.to = mark.number;
      last.rollback ||= mark.rollback;
    } else {
      groups.push({ part: mark.part, x: mark.x, number: mark.number, to: mark.number, rollback: mark.rollback });
    }
  }
  return h("div", { class: "plot marks" },
    h("div", { class: "axis" }),
    h("div", { class: "picture" },
      h("svg", { width: "100%", height: 22, "aria-hidden": "true" },
        groups.map((g) => h("g", null,
          h("line", { class: g.rollback ? "mark rollback" : "mark", x1: g.x, x2: g.x, y1: 18, y2: 22 }),
          h("text", { class: g.rollback ? "number rollback" : "number", x: g.x, y: 13, "text-anchor": g.part > 0.97 ? "end" : g.part < 0.02 ? "start" : "middle", onclick: () => open(g.to) },
            g.number === g.to ? String(g.number) : `${g.number}–${g.to}`))))));
}

/** Share, latency, fallbacks and errors of an agent over time. */
export function charts(agent, timeline, now, open) {
  if (timeline.share.length === 0) return h("p", { class: "empty" }, "Nothing is known of this time.");
  const range = span(timeline, now);
  const marks = timeline.marks.map((m) => {
    const part = range.at(new Date(m.at) / 1000);
    return { ...m, part, x: (100 * part).toFixed(2) + "%" };
  });
  const shares = linear(highestShare(timeline), 5);
  const portion = steps(timeline, range, shares.at);
  const up = latencies(timeline, agent.limitMillis);
  const fallbacks = fallbackRates(timeline);
  const errors = errorRates(timeline);
  const rates = linear(100 * Math.max(0, ...fallbacks.filter((v) => v !== null), ...errors.filter((v) => v !== null)), 5);
  const sum = (column) => column.reduce((a, b) => a + b, 0);
  const calls = sum(timeline.baseline.calls) + sum(timeline.candidate.calls);
  const failed = sum(timeline.baseline.callerErrors) + sum(timeline.candidate.callerErrors);
  const rescued = sum(timeline.candidate.errors) - sum(timeline.candidate.callerErrors);
  const limit = agent.limitMillis;
  return h("div", { class: "charts" },
    markRow(marks, open),
    frame("share", "Candidate's share", `now ${share(timeline.share[timeline.share.length - 1])}, at most ${share(highestShare(timeline))}`,
      84, range, shares, (v) => share(v), marks,
      [h("path", { class: "area candidate", d: area(portion) }), h("path", { class: "line candidate strong", d: portion })]),
    frame("latency", "p95 of both", `${tops(timeline)}${limit === null ? "" : `; limit ${millis(limit)}`}`,
      170, range, up, millis, marks,
      [limit === null ? null : h("path", { class: "limit", d: `M0 ${units(1 - up.at(limit))}H${WIDTH}` }),
        h("path", { class: "line baseline strong", d: line(timeline, range, timeline.baseline.p95, up.at) }),
        h("path", { class: "line candidate strong", d: line(timeline, range, timeline.candidate.p95, up.at) })],
      [signs(timeline, range, "baseline", up, 170), signs(timeline, range, "candidate", up, 170),
        limit === null ? null : h("text", { class: "limit", x: 4, y: y(up.at(limit), 170) - 5 }, `limit ${millis(limit)}`)]),
    frame("fallbacks", "Fallbacks and errors, of all calls", `${count(rescued)} answered by the baseline instead, ${count(failed)} failed for the caller, of ${count(calls)} calls`,
      84, range, rates, (v) => share(v), marks,
      [h("path", { class: "line candidate strong", d: line(timeline, range, fallbacks.map((v) => (v === null ? null : 100 * v)), rates.at) }),
        h("path", { class: "line errors strong", d: line(timeline, range, errors.map((v) => (v === null ? null : 100 * v)), rates.at) })]),
    timeAxis(range),
    h("ul", { class: "legend" },
      h("li", null, sample("baseline"), "baseline"),
      h("li", null, sample("candidate"), "candidate; fallbacks"),
      h("li", null, h("svg", { width: 22, height: 12, "aria-hidden": "true" }, h("line", { class: "line errors strong", x1: 1, x2: 21, y1: 6, y2: 6 })), "errors that callers saw"),
      h("li", null, h("svg", { width: 8, height: 12, "aria-hidden": "true" }, h("line", { class: "mark", x1: 4, x2: 4, y1: 0, y2: 12 })), "a decision, numbered as below")));
}

function tops(timeline) {
  const top = (column) => column.reduce((a, b) => (b !== null && (a === null || b > a) ? b : a), null);
  return `highest: baseline ${millis(top(timeline.baseline.p95))}, candidate ${millis(top(timeline.candidate.p95))}`;
}

const SHAPE = { baseline: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", candidate: "M-5 4L0-5L5 4z" };

/** The sign of a variant: a disc for the baseline, a triangle for the candidate. */
export function sign(variant) {
  return h("svg", { class: "sample", width: 12, height: 12, viewBox: "-6 -6 12 12", "aria-hidden": "true" },
    h("path", { class: `sign ${variant}`, d: SHAPE[variant] }));
}

function sample(variant) {
  return h("svg", { width: 22, height: 12, viewBox: "-11 -6 22 12", "aria-hidden": "true" },
    h("line", { class: `line ${variant} strong`, x1: -10, x2: 10, y1: 0, y2: 0 }), h("path", { class: `sign ${variant}`, d: SHAPE[variant] }));
}

/** A few signs on each line, for who cannot tell the colours apart. */
function signs(timeline, range, variant, up, height) {
  let last = -1;
  const known = timeline[variant].p95
    .map((value, i) => ({ value, part: range.at(new Date(timeline.from) / 1000 + (i + 0.5) * timeline.seconds) }))
    .filter((point) => point.value !== null);
  return known.filter((point, i) => {
    if (point.part - last < 1 / 7 && i !== known.length - 1) return false;
    last = point.part;
    return true;
  }).map((point) => h("svg", { x: (100 * point.part).toFixed(2) + "%", y: y(up.at(point.value), height) },
    h("path", { class: `sign ${variant}`, d: SHAPE[variant] })));
}
