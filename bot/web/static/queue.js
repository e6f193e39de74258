/* The queue without reloading: new cases appear, and the keyboard moves through them. The page
   works without this script. */

const bulk = document.getElementById("bulk");
const rows = document.getElementById("rows");
const news = document.getElementById("news");
const keys = document.getElementById("keys");
const search = document.getElementById("q");
const pickAll = document.getElementById("pick-all");
const LOOK_AGAIN_MS = 10000;
const caseKeys = JSON.parse(bulk.dataset.keys);
const unseen = new Set();
let newest = bulk.dataset.newest;
let timer = 0;
let isLooking = false;
let isSignedOut = false;

const lines = () => [...rows.querySelectorAll("tr[data-case]")];
const lineOf = (element) => element?.closest("tr[data-case]");
const current = () => lineOf(document.activeElement);
const box = (line) => line.querySelector("input[name=pick]");
const boxes = () => [...rows.querySelectorAll("input[name=pick]")];
const picked = () => boxes().filter((one) => one.checked);

/* Moving */

function focusOn(line) {
  if (!line) return;
  line.querySelector("a").focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = lines();
  const at = all.indexOf(current());
  focusOn(all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]);
}

/* Picking */

function countPicked() {
  if (!pickAll) return;
  const count = picked().length;
  const input = pickAll.querySelector("input");
  input.checked = count > 0 && count === boxes().length;
  input.indeterminate = count > 0 && !input.checked;
  document.getElementById("picked").textContent = count ? `(${count})` : "";
}

function act(action) {
  const button = bulk.querySelector(`button[name=action][value=${action}]`);
  if (!button) return;
  const line = current();
  if (!picked().length && line) box(line).click();
  if (!picked().length) return;
  if (action === "dispatch") document.getElementById("bulk-unit").focus();
  else button.click();
}

/* Looking again */

/* What has the focus, so that it can be found among new rows: a row's link or box, or a link. */
function held() {
  const focused = document.activeElement;
  if (!rows.contains(focused)) return () => {};
  const at = lines().indexOf(lineOf(focused));
  const number = lineOf(focused)?.dataset.case;
  const part = focused.matches("input") ? "input" : "a";
  const address = focused.getAttribute("href");
  return () => {
    const same = number && rows.querySelector(`tr[data-case="${number}"] ${part}`);
    const next = at >= 0 && lines()[Math.min(at, lines().length - 1)]?.querySelector("a");
    const link = address && [...rows.querySelectorAll("a")].find((one) => one.getAttribute("href") === address);
    (same || link || next || null)?.focus({ preventScroll: true });
  };
}

/* The first row that can be seen, so that it stays where it is when rows come in above it. */
function anchored() {
  const line = lines().find((one) => one.getBoundingClientRect().bottom > 0);
  const top = line?.getBoundingClientRect().top;
  if (!line || window.scrollY === 0) return () => {};
  return () => {
    const same = rows.querySelector(`tr[data-case="${line.dataset.case}"]`);
    if (same) window.scrollBy(0, same.getBoundingClientRect().top - top);
  };
}

function show(answer) {
  const known = new Set(lines().map((line) => line.dataset.case));
  const ticked = new Set(picked().map((one) => one.value));
  const focusAgain = held();
  const scrollAgain = anchored();
  rows.innerHTML = answer.html;
  let arrived = 0;
  for (const line of lines()) {
    const number = line.dataset.case;
    if (!known.has(number)) {
      unseen.add(number);
      arrived += 1;
    }
    line.classList.toggle("fresh", unseen.has(number));
  }
  for (const one of boxes()) one.checked = ticked.has(one.value);
  for (const [tab, count] of Object.entries(answer.counts)) {
    const shown = document.querySelector(`.count[data-tab="${tab}"]`);
    if (shown) shown.textContent = count;
  }
  scrollAgain();
  focusAgain();
  countPicked();
  news.textContent = arrived ? news.dataset.arrived.replace("#", arrived) : news.dataset.changed;
}

function markSeen(event) {
  const line = lineOf(event.target);
  if (line && unseen.delete(line.dataset.case)) line.classList.remove("fresh");
}

async function look() {
  clearTimeout(timer);
  if (document.hidden || isLooking || isSignedOut) return;
  isLooking = true;
  try {
    const address = `${bulk.dataset.rows}&newest=${newest}`;
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (response.status === 401) {
      isSignedOut = true;
      news.textContent = news.dataset.signedOut;
    } else if (response.ok) {
      const answer = await response.json();
      if (answer.html !== undefined) show(answer);
      newest = answer.newest;
    }
  } catch {
    /* No network for a while: it is tried again. */
  }
  isLooking = false;
  if (!isSignedOut) timer = setTimeout(look, LOOK_AGAIN_MS);
}

/* Keys */

const PRESSED = {
  j: () => move(1),
  k: () => move(-1),
  x: () => current() && box(current())?.click(),
  a: () => act("accept"),
  d: () => act("dispatch"),
  "/": () => search.focus(),
  "?": () => keys.showModal(),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open) return;
  const target = event.target;
  if (target.matches("input:not([type=checkbox]), textarea, select")) {
    if (event.key === "Escape") target.blur();
    return;
  }
  const line = current();
  if (event.key === "Enter" && line && target.matches("input")) {
    event.preventDefault();
    line.querySelector("a").click();
  } else if (PRESSED[event.key]) {
    event.preventDefault();
    PRESSED[event.key]();
  } else if (line && Object.hasOwn(caseKeys, event.key)) {
    event.preventDefault();
    const action = caseKeys[event.key];
    location.assign(`${line.querySelector("a").href}?do=${action}#do-${action}`);
  }
}

const keysButton = document.getElementById("keys-button");
keysButton.hidden = false;
keysButton.addEventListener("click", () => keys.showModal());
if (pickAll) {
  pickAll.hidden = false;
  pickAll.querySelector("input").addEventListener("change", (event) => {
    for (const one of boxes()) one.checked = event.target.checked;
    countPicked();
  });
  rows.addEventListener("change", countPicked);
  countPicked();
}
rows.addEventListener("focusin", markSeen);
rows.addEventListener("pointerover", markSeen);
document.addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", look);
document.querySelector(".queue-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
timer = setTimeout(look, LOOK_AGAIN_MS);
