// A button below every message that gives a case's number and code, or a receipt: it copies them
// as the conversation takes them back. Without scripts a tap or click selects the whole code.
"use strict";

(() => {
  const log = document.getElementById("log");
  const NUMBER = /^(?:\/status )?(WC\d{8}-\d{4,}(?: [0-9A-Z]{8})?)$/;
  const CODE = /^[0-9A-Z]{8}$/;
  const RECEIPT = /^R\d{8}-[0-9A-Z]+$/;
  const TOLD_MS = 3_000;

  // One line a case or receipt; a code belongs to the number before it.
  function codesIn(bubble) {
    const lines = [];
    for (const { textContent: code } of bubble.querySelectorAll(".words code")) {
      const number = code.match(NUMBER)?.[1] ?? code.match(RECEIPT)?.[0];
      if (number) lines.push(number);
      else if (CODE.test(code) && lines.length) lines[lines.length - 1] += ` ${code}`;
    }
    return [...new Set(lines)].join("\n");
  }

  // Browsers give `navigator.clipboard` only to pages that came over a safe connection.
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyBySelecting(text);
    }
  }

  function copyBySelecting(text) {
    const box = document.createElement("textarea");
    box.value = text;
    box.className = "unseen";
    document.body.append(box);
    box.select();
    const isCopied = document.execCommand("copy");
    box.remove();
    if (!isCopied) throw new Error("not copied");
  }

  function offer(bubble) {
    const codes = codesIn(bubble);
    if (!codes || bubble.querySelector(".copy")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip copy";
    const label = codes.includes(" ") ? log.dataset.copy : log.dataset.copyNumber;
    button.textContent = label;
    button.addEventListener("click", async () => {
      try {
        await copy(codes);
        button.textContent = log.dataset.copied;
        setTimeout(() => (button.textContent = label), TOLD_MS);
      } catch {
        button.textContent = codes;
      }
    });
    bubble.querySelector(".words").after(button);
  }

  const offerAll = () => log.querySelectorAll(":scope > .bot:not(.sending)").forEach(offer);
  new MutationObserver(offerAll).observe(log, { childList: true });
  offerAll();
})();
