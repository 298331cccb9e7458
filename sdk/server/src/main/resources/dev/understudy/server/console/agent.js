// One agent: what happened, the charts, the comparison, the evidence, the decisions, the experiment.

import { charts, sign } from "./chart.js";
import { h } from "./dom.js";
import { breakers, ceilingWords, chip, costCell, mark, name, standing } from "./overview.js";
import {
  ANSWER, CRITERION, NONE, PHASE, STATUS, VERDICT, ago, at, clock, count, counted, day, decimal, millis, money, rate, share, wealth,
} from "./words.js";

export const WINDOWS = [["5m", "5 min"], ["1h", "1 h"], ["24h", "24 h"], ["rollout", "whole rollout"]];
export const TIMES = [["5m", "5 min"], ["30m", "30 min"], ["1h", "1 h"], ["6h", "6 h"], ["24h", "24 h"], ["8d", "8 days"]];

export function agentPage(state, agent, detail, choices) {
  const now = state.at;
  return [
    h("nav", { key: "path", class: "path", "aria-label": "Where you are" }, h("a", { href: "#/" }, "All agents"), h("span", { "aria-hidden": "true" }, " / "), h("span", { "aria-current": "page" }, h("bdi", null, agent.agent))),
    h("div", { key: "head", class: "agent-head" },
      h("div", null,
        h("h2", { id: "agent-title", tabindex: "-1" }, h("bdi", null, agent.agent)),
        h("p", { class: "models" }, name(agent.baseline, "baseline"), agent.candidate === null ? h("span", { class: "soft" }, "no candidate") : name(agent.candidate, "candidate")),
        h("p", { class: "line-up" }, chip(STATUS[agent.status]), h("span", { class: "soft" }, h("bdi", null, agent.why)))),
      actions(state, agent, choices)),
    keyFigures(agent),
    detail ? parts(agent, detail, now, choices) : h("p", { key: "wait", class: "empty" }, choices.failure ?? "Asking for the rollout …"),
  ];
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function actions(state, agent, choices) {
  if (agent.candidate === null) return h("p", { class: "soft" }, "Without a candidate there is nothing to steer.");
  if (!state.changeable) {
    return h("p", { class: "soft locked" }, "This console only shows: no token is configured for changes. The command line can change the rollout.");
  }
  const phase = agent.rollout.phase;
  const button = (action, label, kind) => h("button", { key: action, type: "button", class: kind, onclick: () => choices.act(action) }, label);
  return h("div", { class: "actions", role: "group", "aria-label": "Change this rollout" },
    button("set", "Set share …", "strong"),
    phase === "RUNNING" || (phase === "HOLD" && agent.rollout.reason !== "HELD") ? button("hold", "Hold …") : null,
    phase === "HOLD" && agent.rollout.reason !== "STATE_REFUSED" ? button("resume", "Resume …") : null,
    button("reset", "Reset …"));
}

function keyFigures(agent) {
  const minute = agent.minute;
  const figure = (label, value, note, tone) => h("div", { key: label }, h("dt", null, label), h("dd", { class: tone ? `value ${tone}` : "value" }, value), h("dd", { class: "note" }, note));
  const over = (arm) => (agent.limitMillis !== null && arm.calls > 0 && arm.p95 > agent.limitMillis ? "over" : null);
  return h("dl", { key: "key", class: "key" },
    agent.candidate === null ? null : figure("candidate's share", share(agent.rollout.share), [chip(standing(agent.rollout)), " ", ceilingWords(agent.rollout)]),
    figure("baseline's p95", minute.baseline.calls ? millis(minute.baseline.p95) : NONE, `${counted(minute.baseline.calls, "call")} in the last minute`, over(minute.baseline)),
    agent.candidate === null ? null : figure("candidate's p95", minute.candidate.calls ? millis(minute.candidate.p95) : NONE,
      `${counted(minute.candidate.calls, "call")}${agent.limitMillis === null ? "" : `; limit ${millis(agent.limitMillis)}`}`, over(minute.candidate)),
    figure("fallbacks", rate(minute.degraded, minute.calls), `${count(minute.degraded)} of ${counted(minute.calls, "call")}`),
    figure("errors seen by callers", rate(minute.errors, minute.calls), `${count(minute.errors)} of ${counted(minute.calls, "call")}`, minute.calls && minute.errors / minute.calls >= 0.05 ? "over" : null),
    h("div", { key: "breakers" }, h("dt", null, "breakers"), h("dd", { class: "stack" }, breakers(agent))),
    h("div", { key: "cost" }, h("dt", null, "cost"), h("dd", { class: "stack" }, costCell(agent))));
}

function section(id, title, lede, ...children) {
  return h("section", { key: id, id, "aria-labelledby": `${id}-title` },
    h("div", { class: "heading" }, h("h3", { id: `${id}-title`, tabindex: "-1" }, title), lede), children);
}

function choice(label, options, chosen, choose) {
  return h("label", { class: "choice" }, `${label} `,
    h("select", { onchange: (event) => choose(event.target.value) },
      options.map(([value, words]) => h("option", { key: value, value, selected: value === chosen }, words))));
}

function parts(agent, detail, now, choices) {
  return [
    section("timeline", "Timeline", choice("The last", TIMES, choices.back, choices.chooseBack),
      charts(agent, detail.timeline, now, choices.openDecision)),
    section("decisions", "Decisions", h("p", { class: "soft" }, "The latest first. Each was written down before it took effect."), decisions(agent, detail, now)),
    agent.candidate === null ? null : h("div", { key: "beside", class: "beside" },
      section("comparison", "Comparison", choice("Over", WINDOWS, choices.window, choices.chooseWindow), comparison(detail.comparison, now)),
      section("evidence", "Evidence against the candidate", null, evidence(detail))),
    detail.experiment === null ? null : section("experiment", "Experiment", null, experiment(detail.experiment)),
    h("p", { key: "report", class: "report" }, h("a", { href: `console/reports/${encodeURIComponent(agent.agent)}`, download: "" }, "Download the report"),
      h("span", { class: "soft" }, " — all of this as one page for a ticket or a mail.")),
  ];
}

// Comparison

const ROWS = [
  ["units", (f) => count(f.units)],
  ["calls", (f) => count(f.calls)],
  ["errors", (f) => count(f.errors)],
  ["error rate", (f) => rated(f.errorRate), (f) => bounds(f.errorRate, percent), (f) => f.errorRate?.value],
  ["fallbacks", (f) => count(f.fallbacks), (f) => (f.calls ? rate(f.fallbacks, f.calls) : null)],
  ["p50", (f) => millis(f.p50?.value), (f) => bounds(f.p50, millis), (f) => f.p50?.value],
  ["p95", (f) => millis(f.p95?.value), (f) => bounds(f.p95, millis), (f) => f.p95?.value],
  ["p99", (f) => millis(f.p99?.value), (f) => bounds(f.p99, millis), (f) => f.p99?.value],
  ["input tokens", (f) => count(f.inputTokens)],
  ["output tokens", (f) => count(f.outputTokens)],
  ["cost of 1\u202f000 calls", (f) => (f.calls ? money((1000 * f.cost) / f.calls) : NONE), null, (f) => (f.calls ? f.cost / f.calls : null)],
];

function percent(value) {
  return rate(value, 1);
}

function rated(estimate) {
  return estimate ? percent(estimate.value) : NONE;
}

function bounds(estimate, format) {
  if (!estimate) return null;
  const low = format(estimate.low);
  const high = estimate.high === null ? "?" : format(estimate.high);
  const unit = low.slice(low.lastIndexOf("\u202f"));
  return `${high.endsWith(unit) ? low.slice(0, -unit.length) : low} to ${high}`;
}

function change(before, after) {
  if (before === null || before === undefined || after === null || after === undefined || before <= 0) return NONE;
  const factor = after / before;
  if (factor >= 3) return `${decimal(factor)}\u202f×`;
  const part = Math.round(Math.abs(factor - 1) * 100);
  return part === 0 ? "±0\u202f%" : `${factor > 1 ? "+" : "−"}${part}\u202f%`;
}

function comparison(compared, now) {
  const { baseline, candidate, split } = compared;
  const cells = (figures, [, value, range]) => h("td", null, value(figures), range && range(figures) ? h("small", null, range(figures)) : null);
  return [
    h("p", { class: "lede" }, chip(VERDICT[compared.verdict]), " ", h("bdi", null, compared.why)),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Figures of both" },
      h("table", { class: "comparison" },
        h("caption", null, `Calls by the variant that was assigned, whoever answered, since ${at(compared.from, now)}. Bounds hold at 95\u202f%, however often one looks.`),
        h("thead", null, h("tr", null, h("td", null), h("th", { scope: "col" }, sign("baseline"), "baseline ", h("small", null, h("bdi", null, baseline.model))),
          candidate ? h("th", { scope: "col" }, sign("candidate"), "candidate ", h("small", null, h("bdi", null, candidate.model))) : null,
          candidate ? h("th", { scope: "col" }, "change") : null)),
        h("tbody", null, ROWS.map((row) => h("tr", null, h("th", { scope: "row" }, row[0]), cells(baseline, row), candidate ? cells(candidate, row) : null,
          candidate ? h("td", { class: "change" }, row[3] ? change(row[3](baseline), row[3](candidate)) : "") : null))))),
    split === null ? null : h("p", { class: split.mismatch ? "over" : "soft" },
      `${rate(split.observed, 1)} of ${count(split.units)} users were on the candidate, ${rate(split.intended, 1)} were intended${split.mismatch ? ": with such a split nothing can be concluded." : "."}`),
  ];
}

// Evidence

const LOWEST = -2;
const HIGHEST = 6;
const on = (log10) => (100 * (Math.max(LOWEST, Math.min(HIGHEST, log10)) - LOWEST)) / (HIGHEST - LOWEST);

function evidence(detail) {
  if (detail.evidence.length === 0) return h("p", { class: "empty" }, "No guard has seen anything yet.");
  return h("table", { class: "guards" },
    h("caption", null, "1 says nothing, less speaks for the candidate. The bar is evidence beyond the configured allowance, whose mean takes the candidate away at 100; the dot is evidence for any harm at all, whose mean holds the ramp at 20."),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Guard"), h("th", { scope: "col" }, "Seen"), h("th", { scope: "col" }, "Evidence"),
      h("td", { class: "bar", "aria-hidden": "true" }, h("svg", { width: "100%", height: 16 }, h("text", { x: `${on(0)}%`, y: 12, "text-anchor": "middle" }, "1"), h("text", { class: "limit", x: `${on(2)}%`, y: 12, "text-anchor": "middle" }, "100"))))),
    h("tbody", null, detail.evidence.map((guard) => guardRow(capital(guard.guard), seen(guard), guard.log, guard.logStrict))),
    h("tfoot", null, guardRow("Mean of all: decides", "", detail.logMean, detail.logStrictMean)));
}

export function seen(guard) {
  return guard.counts === "calls" ? `${count(guard.bad)} of ${counted(guard.total, "call")}` : `${count(guard.bad)} of ${counted(guard.total, "affected user")}`;
}

function guardRow(label, counts, log, strict) {
  const over = log === null || log >= Math.log(100);
  const here = on(log === null ? HIGHEST : log / Math.LN10);
  const one = on(0);
  return h("tr", null, h("th", { scope: "row" }, label), h("td", { class: "seen" }, counts),
    h("td", { class: over ? "wealth over" : "wealth" }, over ? mark("bad") : null, wealth(log)),
    h("td", { class: "bar", "aria-hidden": "true" }, h("svg", { width: "100%", height: 18 },
      h("rect", { class: "track", y: 4, width: "100%", height: 10 }),
      h("rect", { class: here > one ? "fill against" : "fill for", x: `${Math.min(one, here)}%`, y: 4, width: `${Math.abs(here - one)}%`, height: 10 }),
      h("line", { class: "one", x1: `${one}%`, x2: `${one}%`, y1: 0, y2: 18 }),
      h("line", { class: "limit", x1: `${on(2)}%`, x2: `${on(2)}%`, y1: 0, y2: 18 }),
      h("circle", { class: "strict", cx: `${on(strict === null ? HIGHEST : strict / Math.LN10)}%`, cy: 9, r: 3.5 }))));
}

// Decisions

const OURS = new Set(["guard", "ramp", "configuration"]);

function decisions(agent, detail, now) {
  if (detail.decisions.length === 0) return h("p", { class: "empty" }, "None was made.");
  return h("table", { class: "decisions", role: "table", "aria-labelledby": "decisions-title" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ["Number", "When (UTC)", "Share", "What and why", "What was seen"].map((column) => h("th", { scope: "col", role: "columnheader" }, column)))),
    h("tbody", { role: "rowgroup" }, detail.decisions.map((decision) => decisionRow(agent, decision, now))));
}

function decisionRow(agent, decision, now) {
  const cell = (kind, ...children) => h("td", { role: "cell", class: kind }, children);
  return h("tr", { key: decision.number, role: "row", id: `decision-${decision.number}`, tabindex: "-1" },
    h("th", { scope: "row", role: "rowheader" }, h("span", { class: decision.rollback ? "number rollback" : "number" }, String(decision.number))),
    cell("when", h("time", { datetime: decision.at }, h("b", null, clock(decision.at)), h("small", null, ` ${day(decision.at)}`)), h("small", null, ago(decision.at, now))),
    cell("change", h("p", null, h("span", { class: "from" }, share(decision.before)), " → ", h("b", null, share(decision.after))),
      h("p", { class: "small" }, h("span", { class: "from" }, PHASE[decision.from][0]), " → ", PHASE[decision.to][0])),
    cell("why", h("p", null, h("b", null, capital(decision.reason)), h("span", { class: "soft" }, " — by ", OURS.has(decision.by) ? `the ${decision.by}` : h("bdi", null, decision.by))),
      h("p", null, h("bdi", null, decision.detail)),
      decision.candidate === agent.candidate ? null : h("p", { class: "soft" }, "About ", h("bdi", null, decision.candidate), ".")),
    cell("seen", decision.evidence.length === 0 ? null : h("ul", null, decision.evidence.filter((guard) => guard.bad > 0).map((guard) =>
      h("li", null, `${guard.guard}: ${seen(guard)}, evidence `, h("b", null, wealth(guard.log))))),
      h("p", { class: "soft" }, arm("candidate", decision.candidateSeen)), h("p", { class: "soft" }, arm("baseline", decision.baselineSeen))));
}

function arm(variant, seenOf) {
  return `${variant}: ${counted(seenOf.calls, "call")}, ${counted(seenOf.errors, "error")}, ${count(seenOf.slow)} slow`;
}

// Experiment

function experiment(answered) {
  return [
    h("p", { class: "lede" }, chip(ANSWER[answered.answer]), " ", h("bdi", null, answered.why)),
    h("table", { class: "criteria" },
      h("thead", null, h("tr", null, ["Criterion", "Wanted", "Seen", "Answer"].map((column) => h("th", { scope: "col" }, column)))),
      h("tbody", null, answered.criteria.map((criterion) => h("tr", null, h("th", { scope: "row" }, capital(criterion.name)), h("td", null, criterion.wanted), h("td", null, criterion.seen),
        h("td", null, chip(CRITERION[criterion.answer])))))),
  ];
}
