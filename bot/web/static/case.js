/* A case's page by keyboard: an action's letter opens its form. The page works without this script. */

const forms = [...document.querySelectorAll("details.action")];

function open(form) {
  for (const other of forms) other.open = other === form;
  form.scrollIntoView({ block: "start" });
  const field = form.querySelector("textarea, select, input:not([type=hidden]), button");
  if (field) field.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    document.activeElement.blur();
    return;
  }
  if (event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return;
  const form = forms.find((one) => one.dataset.key === event.key);
  if (form) {
    event.preventDefault();
    open(form);
  }
});

for (const choice of document.querySelectorAll("select.template")) {
  choice.addEventListener("change", () => {
    const words = choice.selectedOptions[0].dataset.words;
    const field = choice.form.querySelector("textarea[name=words]");
    if (words && field && !field.value.trim()) field.value = words;
  });
}

const asked = forms.find((one) => `#${one.id}` === location.hash);
if (asked && asked.open) open(asked);
