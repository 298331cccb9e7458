// Keeps the page live: listens, remembers what is known, finds the view by the address, and draws.

import { ask, askToken, closed, forgetToken, hasToken, redraw } from "./actions.js";
import { agentPage } from "./agent.js";
import { byId, h, show } from "./dom.js";
import { agentAddress, mark, overview } from "./overview.js";
import { LEVEL, calm, clock, sentence } from "./words.js";

/** Longer than the server is ever silent. */
const SILENCE_MILLIS = 12_000;
/** How old details may become. */
const DETAIL_MILLIS = 5_000;

let state = null;
let trails = {};
/** How much the server's clock is ahead of ours. */
let ahead = 0;
let heard = 0;
let lostSince = null;
let source = null;
let detail = null;
let announced = null;
let polling = false;
const choices = { window: "rollout", back: "1h" };

const now = () => new Date(Date.now() + ahead).toISOString();

// Listening

function listen() {
  source?.close();
  source = new EventSource("console/events");
  source.addEventListener("state", (event) => hear(JSON.parse(event.data)));
  source.addEventListener("trails", (event) => {
    trails = JSON.parse(event.data);
    draw();
  });
  source.addEventListener("beat", (event) => alive(JSON.parse(event.data).at));
  source.addEventListener("error", lose);
}

function hear(news) {
  state = news;
  alive(news.at);
  const open = currentAgent();
  if (open && detail && detail.decided !== open.rollout.decided) refresh();
  announce();
}

function alive(at) {
  ahead = Date.parse(at) - Date.now();
  heard = Date.now();
  lostSince = null;
  draw();
}

function lose() {
  lostSince ??= Date.now();
  drawLink();
}

/** A browser gives up when it is refused: ask by hand, and try again. */
async function lookAfter() {
  if (heard && Date.now() - heard > SILENCE_MILLIS) lose();
  if (lostSince !== null && source.readyState === EventSource.CLOSED && !polling) {
    polling = true;
    try {
      const response = await fetch("console/state", { cache: "no-store" });
      if (response.ok) hear(await response.json());
      listen();
    } catch {
      // The server is away; it is tried again.
    }
    setTimeout(() => (polling = false), 3000);
  }
  if (detail && Date.now() - detail.asked > DETAIL_MILLIS && lostSince === null) refresh();
  draw();
}

// Where we are

function place() {
  const path = location.hash.match(/^#\/agents\/([^/]+)$/);
  try {
    return path ? { agent: decodeURIComponent(path[1]) } : {};
  } catch {
    return {};
  }
}

function currentAgent() {
  const wanted = place().agent;
  return wanted === undefined ? undefined : state?.agents.find((agent) => agent.agent === wanted);
}

/** Asks for what only the page of one agent shows. */
async function refresh() {
  const agent = currentAgent()?.agent;
  if (agent === undefined || detail?.agent !== agent || detail.busy) return;
  const mine = detail;
  mine.busy = true;
  mine.asked = Date.now();
  mine.decided = currentAgent()?.rollout.decided ?? mine.decided;
  try {
    const response = await fetch(`console/agents/${encodeURIComponent(agent)}?window=${choices.window}&back=${choices.back}`, { cache: "no-store" });
    const answer = await response.json();
    if (response.ok) {
      mine.known = answer;
      mine.failure = null;
    } else {
      mine.failure = answer.error?.message ?? `The server answers ${response.status}.`;
    }
  } catch {
    mine.failure ??= mine.known ? null : "The server does not answer; it is asked again.";
  }
  mine.busy = false;
  if (mine.again) {
    mine.again = false;
    refresh();
  }
  draw();
}

function choose(name, value) {
  choices[name] = value;
  if (detail?.busy) detail.again = true;
  else refresh();
}

function arrive() {
  const agent = place().agent;
  detail = agent === undefined ? null : { agent, known: null, failure: null, busy: false, asked: 0, decided: null };
  refresh();
  draw();
}

function navigate() {
  arrive();
  scrollTo(0, 0);
  (byId("agent-title") ?? byId("main")).focus({ preventScroll: true });
}

// Drawing

function draw() {
  drawLink();
  if (!state) return;
  const told = { ...state, at: now() };
  drawSituation(told);
  const agent = currentAgent();
  if (place().agent === undefined) {
    document.title = title(told);
    show(byId("main"), h("div", { key: "overview", class: "view" }, overview(told, trails)));
  } else if (agent) {
    document.title = `${agent.agent} – Understudy`;
    show(byId("main"), h("div", { key: `agent ${agent.agent}`, class: "view" }, agentPage(told, agent, detail?.known, {
      ...choices,
      failure: detail?.failure,
      act: (action) => ask(action, () => currentAgent() ?? agent),
      chooseWindow: (value) => choose("window", value),
      chooseBack: (value) => choose("back", value),
      openDecision: (number) => {
        const row = byId(`decision-${number}`);
        row?.focus();
        row?.scrollIntoView({ block: "center" });
      },
    })));
  } else {
    show(byId("main"), h("div", { key: "nobody", class: "view" }, h("h2", { id: "agent-title", tabindex: "-1" }, "There is no such agent"),
      h("p", null, h("bdi", null, place().agent), " is not configured. ", h("a", { href: "#/" }, "All agents"))));
  }
  redraw();
}

function title(told) {
  const bad = told.troubles.filter((trouble) => trouble.level === "FAILING" || trouble.level === "BAD").length;
  return `${bad ? `(${bad}) ` : ""}Understudy`;
}

/** The worst in large, the rest below it; on the page of one agent, first what is wrong with that one. */
function drawSituation(told) {
  const here = place().agent;
  const own = told.troubles.filter((trouble) => here === undefined || trouble.agent === here);
  const [first, ...others] = own;
  const rest = here === undefined ? others : [...others, ...told.troubles.filter((trouble) => trouble.agent !== here)];
  const tone = first ? LEVEL[first.level][1] : "good";
  const good = currentAgent() ? [h("bdi", null, here), " answers as intended."] : calm(told);
  show(byId("situation"),
    h("p", { class: `headline ${tone}` }, mark(tone), h("span", null, first ? line(first, told.at) : good)),
    rest.length === 0 ? null : h("ul", { class: "troubles", "aria-label": "And besides" },
      rest.map((trouble) => h("li", null, mark(LEVEL[trouble.level][1]), h("span", null, line(trouble, told.at))))));
  drawControls(told);
}

function line(trouble, at) {
  if (trouble.agent === null) return capital(sentence(trouble, at));
  return [h("a", { href: agentAddress(trouble.agent) }, h("bdi", null, trouble.agent)), `: ${sentence(trouble, at)}`];
}

function drawControls(told) {
  const off = !told.useFinetuned;
  show(byId("controls"),
    !told.changeable ? h("span", { class: "soft" }, "view only") : [
      hasToken() ? h("button", { key: "lock", type: "button", onclick: lock }, "Lock changes") : h("button", { key: "unlock", type: "button", onclick: askToken }, "Unlock changes …"),
      told.agents.some((agent) => agent.candidate !== null) ? h("button", { key: "kill", type: "button", class: off ? "strong" : "danger", onclick: () => ask(off ? "on" : "off", () => state) }, off ? "Turn kill switch off …" : "Kill switch …") : null,
    ]);
}

function lock() {
  forgetToken();
  draw();
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function drawLink() {
  const link = byId("link");
  const lost = lostSince !== null;
  link.className = lost ? "link lost" : "link";
  const words = lost ? `Reconnecting since ${clock(lostSince)} UTC; what you see may be old` : state ? "Live" : "Connecting …";
  // Said aloud only when it changes.
  if (byId("link-words").textContent !== words) byId("link-words").textContent = words;
  const time = lost || !state ? "" : `${clock(now())} UTC`;
  byId("clock").textContent = time;
}

/** Tells screen readers what is new, and not how long ago it was. */
function announce() {
  const troubles = state.troubles.map((trouble) => `${trouble.agent ?? ""} ${trouble.what}: ${trouble.why ?? ""}`);
  const words = troubles.length ? troubles[0] : "Nothing is wrong";
  const same = troubles.map((trouble) => trouble.replace(/[\d.,]+/g, "")).join();
  if (announced !== null && announced !== same) byId("announcement").textContent = words;
  announced = same;
}

document.addEventListener("understudy:token", draw);
byId("dialog").addEventListener("close", closed);
addEventListener("hashchange", navigate);
listen();
arrive();
setInterval(lookAfter, 1000);
