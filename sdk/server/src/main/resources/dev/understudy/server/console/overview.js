// All agents as rows.

import { sign, sparkline } from "./chart.js";
import { h } from "./dom.js";
import { BREAKER, LEVEL, PHASE, STATUS, count, decimal, millis, money, rate, share } from "./words.js";

const SHAPES = {
  good: "M-4 0L-1 3L4-3",
  bad: "M-3.5-3.5L3.5 3.5M3.5-3.5L-3.5 3.5",
  wait: "M-2-4V4M2-4V4",
  go: "M-3-4L4 0L-3 4Z",
  calm: "M-4 0H4",
};

/** A word with its tone: a shape and a colour. */
export function chip([word, tone], extra) {
  return h("span", { class: `chip ${tone}${extra ? " " + extra : ""}` }, mark(tone), word);
}

export function mark(tone) {
  return h("svg", { class: `tone ${tone}`, width: 10, height: 10, viewBox: "-5 -5 10 10", "aria-hidden": "true" }, h("path", { d: SHAPES[tone] }));
}

/** A name from outside: its direction does not turn that of the page. */
export function name(text, variant) {
  return h("span", { class: variant ? `model ${variant}` : "model" }, variant ? sign(variant) : null, h("bdi", null, text));
}

export function agentAddress(agent) {
  return `#/agents/${encodeURIComponent(agent)}`;
}

const COLUMNS = ["Agent", "Health", "Candidate's share", "p95", "Fallbacks", "Errors", "Breakers", "Cost", "Last hour"];

export function overview(state, trails) {
  if (state.agents.length === 0) return h("p", { class: "empty" }, "No agent is configured.");
  return [
    h("div", { class: "heading" },
      h("h2", { id: "agents-title" }, "Agents"),
      h("p", { class: "soft key-to-signs" }, h("span", null, sign("baseline"), "baseline"), h("span", null, sign("candidate"), "candidate"),
        h("span", null, "p95, fallbacks, errors and cost are of the last minute"))),
    h("table", { class: "agents", role: "table", "aria-labelledby": "agents-title" },
      h("thead", { role: "rowgroup" },
        h("tr", { role: "row" }, COLUMNS.map((column) => h("th", { scope: "col", role: "columnheader" }, column)))),
      h("tbody", { role: "rowgroup" }, state.agents.map((agent) => row(agent, trails[agent.agent], state)))),
  ];
}

function row(agent, trail, state) {
  const worst = state.troubles.find((trouble) => trouble.agent === agent.agent);
  return h("tr", { key: agent.agent, role: "row", class: worst ? LEVEL[worst.level][1] : "good" },
    h("th", { scope: "row", role: "rowheader", class: "agent" },
      h("a", { href: agentAddress(agent.agent) }, h("bdi", null, agent.agent)),
      h("span", { class: "models" }, name(agent.baseline, "baseline"), agent.candidate === null ? null : name(agent.candidate, "candidate"))),
    cell("Health", "health", chip(STATUS[agent.status]), h("span", { class: "why" }, h("bdi", null, agent.why))),
    cell("Candidate's share", "share", shareCell(agent)),
    cell("p95", "p95", latencyCell(agent)),
    cell("Fallbacks", "number", rateCell(agent.minute.degraded, agent.minute.calls, "answered by the baseline instead", "wait")),
    cell("Errors", "number", rateCell(agent.minute.errors, agent.minute.calls, "failed for the caller", "bad")),
    cell("Breakers", "breakers", breakers(agent)),
    cell("Cost", "cost", costCell(agent)),
    cell("Last hour", "trail", sparkline(agent, trail, state.at)));
}

function cell(label, kind, ...children) {
  return h("td", { role: "cell", class: kind, "data-label": label }, h("div", null, children));
}

export function shareCell(agent) {
  if (agent.candidate === null) return h("span", { class: "soft" }, "no candidate");
  const rollout = agent.rollout;
  return [
    h("span", { class: "line-up" }, h("b", { class: "figure" }, share(rollout.share)), chip(standing(rollout))),
    meter(rollout),
    h("span", { class: "soft small" }, ceilingWords(rollout)),
    agent.budget?.state === "SPENT" && agent.budget.policy === "BASELINE_ONLY" ? h("span", { class: "small" }, "nobody gets it: the budget is spent") : null,
  ];
}

/** Where a rollout stands; one that serves nobody does not look as if it ran. */
export function standing(rollout) {
  const runs = rollout.phase === "RUNNING" || rollout.phase === "COMPLETED";
  return runs && rollout.share === 0 ? ["nobody is on it", "calm"] : PHASE[rollout.phase];
}

export function ceilingWords(rollout) {
  const steps = rollout.stages.length;
  return `ceiling ${share(rollout.ceiling)}${steps ? `, step ${Math.min(rollout.step + 1, steps)} of ${steps}` : ""}`;
}

/** The share as a bar, with a tick at the ceiling. */
function meter(rollout) {
  return h("svg", { class: "meter", width: "100%", height: 8, "aria-hidden": "true" },
    h("rect", { class: "track", y: 2, width: "100%", height: 4, rx: 2 }),
    h("rect", { class: "fill", y: 2, width: `${rollout.share}%`, height: 4, rx: 2 }),
    h("line", { class: "tick", x1: `${rollout.ceiling}%`, x2: `${rollout.ceiling}%`, y1: 0, y2: 8 }));
}

function latencyCell(agent) {
  const minute = agent.minute;
  return [latency("baseline", minute.baseline, agent.limitMillis, false),
    agent.candidate === null ? null : latency("candidate", minute.candidate, agent.limitMillis, agent.rollout.share === 0)];
}

/** Of a candidate that is gone, it is what was seen before. */
function latency(variant, arm, limit, gone) {
  const over = limit !== null && arm.calls > 0 && arm.p95 > limit;
  const notes = [over ? `over ${millis(limit)}` : null, gone && arm.calls > 0 ? "until it went" : null].filter((note) => note !== null);
  return [
    h("span", { class: "of" }, sign(variant), h("span", { class: "hidden" }, `${variant} `),
      arm.calls === 0 ? h("span", { class: "soft" }, "no calls") : h("b", { class: `figure${over ? " over" : ""}${gone ? " gone" : ""}` }, millis(arm.p95))),
    notes.length ? h("span", { class: over ? "small over note" : "small soft note" }, notes.join(", ")) : null,
  ];
}

function rateCell(part, all, words, tone) {
  if (all === 0) return h("span", { class: "soft" }, "no calls");
  const notable = part / all >= 0.05;
  return [
    h("span", { class: "line-up" }, notable ? mark(tone) : null, h("b", { class: notable ? `figure ${tone}` : "figure" }, rate(part, all))),
    h("span", { class: "soft small" }, `${count(part)} of ${count(all)}`, h("span", { class: "hidden" }, ` calls ${words}`)),
  ];
}

export function breakers(agent) {
  return agent.breakers.map((breaker) => {
    const variant = breaker.variant.toLowerCase();
    const [word, tone] = BREAKER[breaker.state];
    return h("span", { key: breaker.variant, class: "of" }, sign(variant), h("span", { class: "hidden" }, `${variant} `),
      h("span", { class: `state ${breaker.inUse || tone !== "good" ? tone : "calm"}` }, tone === "good" ? null : mark(tone), word),
      breaker.inUse ? null : h("span", { class: "soft small" }, "no calls go there"));
  });
}

export function costCell(agent) {
  const budget = agent.budget;
  return [
    h("span", { class: "line-up" }, h("b", { class: "figure" }, money(agent.costPerHour)), agent.costPerHour === null ? null : h("span", { class: "soft small" }, "per hour")),
    budget ? budgetLine(budget) : h("span", { class: "soft small" }, "no budget"),
  ];
}

function budgetLine(budget) {
  const tone = { WITHIN: "good", NEARLY_SPENT: "wait", SPENT: "bad" }[budget.state];
  return [
    h("svg", { class: "meter", width: "100%", height: 8, "aria-hidden": "true" },
      h("rect", { class: "track", y: 2, width: "100%", height: 4, rx: 2 }),
      h("rect", { class: `fill ${tone}`, y: 2, width: `${Math.min(100, (100 * budget.spent) / budget.limit)}%`, height: 4, rx: 2 })),
    h("span", { class: "small" }, tone === "good" ? null : mark(tone), `${money(budget.spent)} of ${decimal(budget.limit)} this ${budget.per}`),
  ];
}
