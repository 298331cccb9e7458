// What a person may change: each asks first, in plain words, and says what came of it. The token lives in this variable only.

import { byId, h, show } from "./dom.js";
import { list, share } from "./words.js";

let token = null;
let asked = null;

export function hasToken() {
  return token !== null;
}

export function forgetToken() {
  token = null;
}

// What will happen

function users(percent) {
  if (percent > 0 && percent < 1) return `about ${Math.max(1, Math.round(percent * 100))} of 10\u202f000 users`;
  return `about ${Math.round(percent)} of 100 users`;
}

/** The share after the ceiling was set: what the ramp's step allows, and nobody where nobody can be on the candidate. */
export function shareAfter(agent, ceiling) {
  const { phase, reason, share: now, stages, step } = agent.rollout;
  const away = phase === "OFF" || phase === "ROLLED_BACK" || phase === "QUARANTINED"
    || (phase === "HOLD" && now === 0 && reason !== "MANUAL" && agent.rollout.ceiling > 0);
  if (away) return 0;
  return stages.length ? Math.min(ceiling, stages[Math.min(step, stages.length - 1)]) : ceiling;
}

const AWAY = { OFF: "the kill switch is on", ROLLED_BACK: "the candidate was rolled back", QUARANTINED: "the candidate was taken away", HOLD: "the rollout holds" };

function ofSetting(agent, ceiling) {
  const rollout = agent.rollout;
  const after = shareAfter(agent, ceiling);
  const said = [`${share(rollout.share)} → ${share(after)}:`];
  if (after < rollout.share) {
    said.push(`${users(rollout.share - after)} go back to the baseline '${agent.baseline}' at once; ${after > 0 ? `${users(after)} stay on the candidate.` : "nobody stays on the candidate."}`);
  } else if (after > rollout.share) {
    said.push(`${users(after - rollout.share)} move to the candidate '${agent.candidate}' at once; who is on it stays.`);
  } else {
    said.push("nobody changes models.");
  }
  if (after === 0 && ceiling > 0) {
    said.push(`Nobody is on the candidate, because ${AWAY[rollout.phase]}, and that stays so; the ceiling of ${share(ceiling)} counts when it serves again.`);
  } else if (after < ceiling) {
    said.push(`The ramp stands at a step of ${share(after)}; the ceiling of ${share(ceiling)} lets it climb further.`);
  }
  if (rollout.stages.length && rollout.phase === "RUNNING" && ceiling !== rollout.ceiling) {
    said.push("The ramp then holds until somebody resumes it.");
  }
  if (ceiling === rollout.ceiling) said.push("That is the ceiling already: nothing will change.");
  return said.join(" ");
}

const firstStep = (agent) => (agent.rollout.stages.length ? Math.min(agent.rollout.stages[0], agent.rollout.ceiling) : agent.rollout.ceiling);

const ACTIONS = {
  set: {
    title: (agent) => `Set the share of ${agent.agent}`,
    verb: (agent, input) => (input.percentage === null ? "Set the share" : `Set it to ${share(input.percentage)}`),
    words: (agent, input) => (input.percentage === null ? "A percentage between 0 and 100, with at most three decimals." : ofSetting(agent, input.percentage)),
    kept: "It is written to the configuration file. The same users return when the share is raised again.",
    body: (agent, input) => ({ action: "set", percentage: input.percentage }),
  },
  hold: {
    title: (agent) => `Hold the rollout of ${agent.agent}`,
    verb: () => "Hold",
    words: (agent) => `The share stays at ${share(agent.rollout.share)}: nobody changes models. It climbs no further until somebody resumes it. The guard goes on watching, and may still take the candidate away.`,
    body: () => ({ action: "hold" }),
  },
  resume: {
    title: (agent) => `Resume the rollout of ${agent.agent}`,
    verb: () => "Resume",
    words: (agent) => {
      const { reason, share: now, stages, step } = agent.rollout;
      if (reason === "SHARED_DEGRADATION") return `0\u202f% → ${share(firstStep(agent))}: the candidate begins again at the first step, with ${users(firstStep(agent))}, and without the evidence so far.`;
      const where = stages.length ? `The ramp goes on from step ${Math.min(step + 1, stages.length)} of ${stages.length}, at ${share(now)}, whose time begins anew.` : `The candidate goes on at ${share(now)}.`;
      return `${where} Nobody changes models now. What was suspicious is dismissed: only evidence on top of it holds the ramp again.`;
    },
    body: () => ({ action: "resume" }),
  },
  reset: {
    title: (agent) => `Reset the rollout of ${agent.agent}`,
    verb: (agent) => `Start '${agent.candidate}' again`,
    words: (agent) => {
      const first = firstStep(agent);
      const off = agent.rollout.phase === "OFF" ? " It waits until the kill switch is off." : "";
      return `${share(agent.rollout.share)} → ${share(first)}: the candidate '${agent.candidate}' begins again ${agent.rollout.stages.length ? "at its first step " : ""}with ${users(first)}, within seconds. All evidence against it is forgotten, a rollback too: be sure that it is well again.${off}`;
    },
    body: (agent) => ({ action: "reset", candidate: agent.candidate }),
    danger: true,
  },
  off: {
    title: () => "Turn the kill switch on",
    verb: () => "Take every candidate away",
    words: (state) => {
      const on = state.agents.filter((agent) => agent.rollout.share > 0).map((agent) => `${agent.agent} (${share(agent.rollout.share)} → 0\u202f%)`);
      return on.length
        ? `Every candidate is taken away at once, in ${list(on)}. The baselines answer everybody. Evidence and steps are kept for when it is turned off again.`
        : "Nobody is on a candidate now, and nobody will be until it is turned off again.";
    },
    body: () => ({ use: false }),
    danger: true,
  },
  on: {
    title: () => "Turn the kill switch off",
    verb: () => "Let candidates serve again",
    words: () => "Each rollout goes on where it was: the same users return to their candidates at once. What was rolled back stays rolled back.",
    body: () => ({ use: true }),
    danger: true,
  },
};

// Asking

/**
 * Opens the dialog of an action.
 *
 * @param action one of set, hold, resume, reset; off, on
 * @param about returns the agent, or for the kill switch the whole state, as it is known at that moment
 */
export function ask(action, about) {
  const dialog = byId("dialog");
  const agent = about();
  asked = { action: ACTIONS[action], name: action, about, percentage: action === "set" ? agent.rollout.ceiling : null, outcome: null, busy: false, opener: document.activeElement, where: action === "on" || action === "off" ? "finetuned" : `rollouts/${encodeURIComponent(agent.agent)}` };
  draw();
  dialog.showModal();
  (dialog.querySelector("input") ?? dialog.querySelector("button")).focus();
}

/** Asks for the token alone. */
export function askToken() {
  const dialog = byId("dialog");
  asked = { action: null, outcome: null, opener: document.activeElement };
  draw();
  dialog.showModal();
  dialog.querySelector("input").focus();
}

function close() {
  byId("dialog").close();
}

/** Called by the dialog when it is closed, also by the escape key: focus goes back to where it came from. */
export function closed() {
  const opener = asked?.opener;
  asked = null;
  show(byId("dialog"));
  if (opener?.isConnected) opener.focus();
  else byId("main").focus();
}

/** Says anew what will happen, with what is known now. */
export function redraw() {
  if (asked && !asked.outcome && !asked.busy) draw();
}

function draw() {
  const { action, outcome, busy } = asked;
  const subject = asked.about?.();
  const title = action ? action.title(subject) : "Unlock changes";
  show(byId("dialog"),
    h("form", { method: "dialog", novalidate: true, onsubmit: submit, "aria-busy": busy ? "true" : null },
      h("h2", { id: "dialog-title" }, title),
      outcome?.done ? null : action ? question(action, subject) : h("p", { id: "dialog-words" }, "The token is the one that the server was started with. It is kept in this page's memory until the page is closed or locked, and nowhere else."),
      outcome?.done ? null : h("div", { class: "fields" },
        asked.name === "set" ? percentageField() : null,
        token === null ? tokenField() : null),
      h("div", { class: "outcome", role: "status" }, outcome ? h("p", { class: outcome.done ? "good" : "bad" }, outcome.words) : busy ? h("p", null, "Asking the server …") : null),
      h("div", { class: "buttons" },
        h("button", { key: "cancel", type: "button", onclick: close }, outcome?.done ? "Close" : "Cancel"),
        outcome?.done ? null : h("button", { key: "go", type: "submit", disabled: busy ? true : null, class: action?.danger ? "danger" : "strong" },
          action ? action.verb(subject, asked) : "Unlock"))));
}

function question(action, subject) {
  return h("div", { id: "dialog-words", class: "question" },
    h("p", { class: "lead" }, action.words(subject, asked)),
    action.kept ? h("p", { class: "soft" }, action.kept) : null);
}

function percentageField() {
  return h("label", { class: "field" }, h("span", null, "Ceiling, in per cent of users"),
    h("input", { key: "percentage", type: "number", name: "percentage", min: 0, max: 100, step: "any", inputmode: "decimal", autocomplete: "off", value: asked.percentage, oninput: (event) => {
      const value = event.target.valueAsNumber;
      asked.percentage = Number.isFinite(value) && value >= 0 && value <= 100 && Number(value.toFixed(3)) === value ? value : null;
      asked.outcome = null;
      draw();
    } }));
}

function tokenField() {
  return h("label", { class: "field" }, h("span", null, "Token"),
    h("input", { key: "token", type: "password", name: "token", autocomplete: "off", spellcheck: "false", required: true, "aria-describedby": "token-help" }),
    h("small", { id: "token-help", class: "soft" }, "Kept in memory only; never stored, never in the address."));
}

async function submit(event) {
  event.preventDefault();
  if (asked.busy) return;
  const form = event.target;
  const typed = form.elements.token?.value.trim();
  if (token === null && !typed) return refuse("Without the token nothing can be changed.", form.elements.token);
  const used = token ?? typed;
  if (!/^[\x21-\x7e]+$/.test(used)) return refuse("That is no token: it has characters that no token has.", form.elements.token);
  if (!asked.action) {
    token = used;
    document.dispatchEvent(new Event("understudy:token"));
    return close();
  }
  if (asked.name === "set" && asked.percentage === null) return refuse("Say a percentage between 0 and 100.", form.elements.percentage);
  const mine = asked;
  mine.busy = true;
  mine.outcome = null;
  draw();
  const outcome = await send(mine, used);
  mine.busy = false;
  if (asked !== mine) return;
  mine.outcome = outcome;
  if (outcome.authorised) token = used;
  else if (outcome.unauthorised) token = null;
  document.dispatchEvent(new Event("understudy:token"));
  draw();
  byId("dialog").querySelector(outcome.done ? "button" : "input, button")?.focus();
}

function refuse(words, field) {
  asked.outcome = { done: false, words };
  draw();
  field?.focus();
}

async function send(question, used) {
  const { action, about, where } = question;
  const subject = about();
  try {
    const response = await fetch(where, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${used}`, "X-Understudy-Change": "console" },
      body: JSON.stringify(action.body(subject, question)),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return { done: true, authorised: true, words: answer.in_force ? "Done: it is in force." : "It is written down, and not yet in force: the registry follows within seconds, and the page shows when." };
    return { done: false, authorised: response.status !== 401 && response.status !== 403, unauthorised: response.status === 401, words: `Refused (${response.status}): ${answer.error?.message ?? response.statusText}` };
  } catch (failure) {
    return { done: false, words: `The server did not answer: ${failure.message}. Nothing is known of the change; look at the page when it is live again.` };
  }
}
