/* A case's page by keyboard: an action's letter opens its form, j and k go through the list that
   the reader came from. The page works without this script. */

const forms = [...document.querySelectorAll("details.action")];
const keys = document.getElementById("keys");
const queue = document.querySelector(".case-head").dataset.queue;
const LIST = "cases";

/* Forms */

function open(form) {
  for (const other of forms) other.open = other === form;
  form.scrollIntoView({ block: "start" });
  const field = form.querySelector("textarea, select, input:not([type=hidden]), button");
  if (field) field.focus();
}

function leave() {
  const focused = document.activeElement;
  const form = focused.closest("details.action[open]");
  if (focused.matches("input, textarea, select")) focused.blur();
  else if (form) {
    form.open = false;
    form.querySelector("summary").focus();
  }
}

/* The list */

const read = () => JSON.parse(sessionStorage.getItem(LIST) || "[]");

/* The cases of the queue as it stood when this one was opened from it: a case that is dealt with
   leaves the queue, and would take its place with it. */
async function keepList() {
  const from = document.referrer && new URL(document.referrer);
  if (!from || from.origin !== location.origin || from.pathname !== queue) return;
  try {
    const response = await fetch(from);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const links = [...page.querySelectorAll("#rows tr[data-case] .head a")];
    sessionStorage.setItem(LIST, JSON.stringify(links.map((one) => one.getAttribute("href"))));
  } catch {
    /* Without a network there is no list either. */
  }
}

function go(step) {
  const list = read();
  const at = list.indexOf(location.pathname);
  const next = at < 0 ? undefined : list[at + step];
  if (next) location.assign(next);
}

/* Keys */

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open) return;
  if (event.key === "Escape") {
    leave();
    return;
  }
  if (event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return;
  const form = forms.find((one) => one.dataset.key === event.key);
  const does = form
    ? () => open(form)
    : { j: () => go(1), k: () => go(-1), "?": () => keys.showModal() }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

/* Templates: at once, below what is written already; each once. */

for (const choice of document.querySelectorAll("select.template")) {
  choice.addEventListener("change", () => {
    const words = choice.selectedOptions[0].dataset.words;
    const field = choice.form.querySelector("textarea[name=words]");
    if (!words || field.value.includes(words)) return;
    field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n${words}` : words;
  });
}

document.addEventListener("keydown", onKey);
keepList();
const asked = forms.find((one) => `#${one.id}` === location.hash);
if (asked && asked.open && !document.querySelector("[role=alert], .case-review")) open(asked);
