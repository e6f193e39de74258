/* The queue without reloading: new cases appear, and the keyboard moves through them. The page
   works without this script. */

const bulk = document.getElementById("bulk");
const rows = document.getElementById("rows");
const news = document.getElementById("news");
const keys = document.getElementById("keys");
const LOOK_AGAIN_MS = 10000;
const CASE_KEYS = { r: "reply", w: "answer", i: "ask_info", n: "note", c: "call", s: "sign", f: "done", t: "contact" };
let newest = bulk.dataset.newest;
let timer = 0;

const lines = () => [...rows.querySelectorAll("tr[data-case]")];
const lineOf = (element) => element && element.closest("tr[data-case]");
const current = () => lineOf(document.activeElement);
const box = (line) => line.querySelector("input[name=pick]");
const picked = () => [...rows.querySelectorAll("input[name=pick]:checked")];

function focusOn(line) {
  if (!line) return;
  line.querySelector("a").focus();
  line.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = lines();
  const at = all.indexOf(current());
  focusOn(all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]);
}

function show(answer) {
  const known = new Set(lines().map((line) => `${line.dataset.case}`));
  const held = new Set(picked().map((one) => one.value));
  const focused = current()?.dataset.case;
  rows.innerHTML = answer.html;
  let arrived = 0;
  for (const line of lines()) {
    if (!known.has(line.dataset.case)) {
      line.classList.add("fresh");
      arrived += 1;
    }
    if (box(line)) box(line).checked = held.has(box(line).value);
    if (line.dataset.case === focused) focusOn(line);
  }
  for (const [tab, count] of Object.entries(answer.counts)) {
    const shown = document.querySelector(`.count[data-tab="${tab}"]`);
    if (shown) shown.textContent = count;
  }
  news.textContent = arrived ? `${news.dataset.arrived} (+${arrived})` : news.dataset.arrived;
}

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const address = `${bulk.dataset.rows}&newest=${newest}`;
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (response.status === 401) {
      news.textContent = news.dataset.signedOut;
      return;
    }
    if (response.ok) {
      const answer = await response.json();
      if (answer.html !== undefined) show(answer);
      newest = answer.newest;
    }
  } catch {
    /* No network for a while: it is tried again. */
  }
  timer = setTimeout(look, LOOK_AGAIN_MS);
}

function act(action) {
  const button = bulk.querySelector(`button[name=action][value=${action}]`);
  if (!button) return;
  const line = current();
  if (!picked().length && line && box(line)) box(line).checked = true;
  if (!picked().length) return;
  if (action === "dispatch") document.getElementById("bulk-unit").focus();
  else button.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  const isTyping = target.matches("input:not([type=checkbox]), textarea, select");
  if (isTyping) {
    if (event.key === "Escape") target.blur();
    return;
  }
  const line = current();
  const does = {
    j: () => move(1),
    k: () => move(-1),
    x: () => line && box(line) && box(line).click(),
    a: () => act("accept"),
    d: () => act("dispatch"),
    "/": () => document.getElementById("q").focus(),
    "?": () => keys.showModal(),
  }[event.key];
  if (does) {
    event.preventDefault();
    does();
  } else if (line && CASE_KEYS[event.key]) {
    event.preventDefault();
    location.assign(`${line.querySelector("a").href}#do-${CASE_KEYS[event.key]}`);
  }
});

const all = document.getElementById("pick-all");
if (all) {
  all.hidden = false;
  all.querySelector("input").addEventListener("change", (event) => {
    for (const line of lines()) if (box(line)) box(line).checked = event.target.checked;
  });
}
const button = document.getElementById("keys-button");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => keys.showModal());
}
document.addEventListener("visibilitychange", look);
timer = setTimeout(look, LOOK_AGAIN_MS);
