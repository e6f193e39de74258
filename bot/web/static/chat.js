// The chat page with scripts: messages go by fetch, and what is new is put in its place.
// Without this file the same forms are posted by the browser and the page is loaded anew.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const log = byId("log");
  const composer = byId("composer");
  const box = byId("text");
  const file = byId("photo");
  const notice = byId("notice");
  const words = composer.dataset;
  const PATIENCE_MS = 60_000;
  const NOTICE_MS = 6_000;
  const LONG_SIDE_PX = 2560;

  let isBusy = false;
  let given = null;
  let photo = null;
  let place = null;
  const pictures = new Map();

  document.documentElement.classList.add("js");

  function tell(text) {
    notice.textContent = text;
    notice.hidden = !text;
  }

  // Sending

  function composed() {
    const fields = new FormData();
    // What was perhaps received without our hearing of it is sent again under its old name.
    const isGiven = given && given.text === box.value.trim() && given.photo === photo;
    const key = isGiven ? given.key : newKey();
    fields.append("key", key);
    fields.append("text", box.value);
    if (photo) fields.append("photo", photo, photo.name || "photo.jpg");
    if (place) {
      fields.append("latitude", place.latitude);
      fields.append("longitude", place.longitude);
    }
    return { fields, key, text: box.value.trim(), photo, place };
  }

  // Not crypto.randomUUID: plain HTTP has none.
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function tapped(form, button) {
    const fields = new FormData(form);
    fields.append(button.name, button.value);
    return { fields, text: button.name === "text" ? button.textContent.trim() : "", button };
  }

  function emptyBox() {
    box.value = "";
    fitBox();
    attachPhoto(null);
    attachPlace(null);
  }

  function giveBack(said) {
    if (said.button) return;
    given = said;
    box.value = box.value ? `${said.text}\n${box.value}` : said.text;
    fitBox();
    if (said.photo) attachPhoto(said.photo);
    if (said.place) attachPlace(said.place);
  }

  // Her words at once, and a sign that a reply is being made; a tapped choice only lights up.
  function showBeingSent(said) {
    const shown = [...byId("being-sent").content.cloneNode(true).children];
    shown[0].querySelector(".words").textContent = said.text || (said.photo ? "" : "…");
    const picture = said.photo && pictureOf(said.photo);
    if (picture) shown[0].querySelector(".words").prepend(picture);
    said.button?.classList.add("pressed");
    if (said.text || !said.button) {
      log.append(...shown);
      show(shown[0], "start");
    }
    return () => {
      shown.forEach((bubble) => bubble.remove());
      said.button?.classList.remove("pressed");
    };
  }

  async function post(fields) {
    fields.append("after", log.dataset.after);
    const response = await fetch("/say", {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      signal: AbortSignal.timeout?.(PATIENCE_MS),
    });
    return { isTaken: response.ok, news: await response.json() };
  }

  async function say(said) {
    isBusy = true;
    composer.setAttribute("aria-busy", "true");
    tell("");
    const done = showBeingSent(said);
    try {
      const { isTaken, news } = await post(said.fields);
      done();
      tell(news.notice);
      if (isTaken) {
        if (!said.button) given = null;
        if (news.page) leaveFor(news.page);
        else bring(news, said.photo);
      } else giveBack(said);
    } catch {
      done();
      giveBack(said);
      tell(said.button ? words.offlineTap : words.offline);
    } finally {
      isBusy = false;
      composer.removeAttribute("aria-busy");
    }
  }

  // What the server has new, put where it belongs

  // Nothing of what was said stays on the screen, nor behind the browser's way back.
  function leaveFor(page) {
    log.replaceChildren();
    location.replace(page);
  }

  function bring(news, photo) {
    const holder = document.createElement("template");
    holder.innerHTML = news.html;
    const bubbles = [...holder.content.children];
    const isInPlace = Boolean(bubbles[0]?.id && byId(bubbles[0].id));
    const hadFocus = document.activeElement?.closest(".bubble")?.id;
    if (news.fresh) log.replaceChildren();
    else takeAway(news);
    for (const bubble of bubbles) {
      const old = bubble.id && byId(bubble.id);
      bubble.classList.toggle("arriving", bubble.matches(".bot"));
      if (old) old.replaceWith(bubble);
      else log.append(bubble);
      if (old && bubble.id === hadFocus) focusOn(bubble);
    }
    if (photo) pictures.set(bubbles.filter((each) => each.matches(".resident")).pop()?.id, photo);
    showPictures();
    log.dataset.after = news.after;
    // What stays in its place is only brought into view; what is new starts at the top.
    if (bubbles.length) show(bubbles[0], isInPlace ? "nearest" : "start");
    if (news.notice) hideLater(news.notice);
  }

  // What the server no longer has, and the buttons of what is done with; of what is too old to be
  // among what it names nothing is known.
  function takeAway(news) {
    for (const bubble of log.querySelectorAll(":scope > [id]")) {
      const turn = Number(bubble.id.split("-")[1]);
      if (turn < news.first) continue;
      if (!(bubble.id in news.kept)) bubble.remove();
      else if (!news.kept[bubble.id]) bubble.querySelector(".choices")?.remove();
    }
  }

  // The photos she sent since the page was opened, from her own device.
  function pictureOf(photo) {
    const picture = document.createElement("img");
    picture.className = "sent";
    picture.alt = words.photoSaid;
    picture.src = URL.createObjectURL(photo);
    return picture;
  }

  function showPictures() {
    for (const [id, photo] of pictures) {
      const enclosed = byId(id)?.querySelector(".enclosed:not(:has(img))");
      enclosed?.replaceChildren(pictureOf(photo));
    }
  }

  function hideLater(text) {
    setTimeout(() => notice.textContent === text && tell(""), NOTICE_MS);
  }

  function focusOn(bubble) {
    bubble.tabIndex = -1;
    bubble.focus({ preventScroll: true });
  }

  function show(bubble, block) {
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    bubble.scrollIntoView({ block, behavior: isStill ? "auto" : "smooth" });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // Not `form.action`: a button of that name hides it.
    if (form.getAttribute("action") !== "/say") return;
    event.preventDefault();
    if (isBusy) return;
    const said = form === composer ? composed() : tapped(form, event.submitter);
    if (form === composer) {
      box.focus();
      if (!said.text && !said.photo && !said.place) {
        tell(words.empty);
        return;
      }
      emptyBox();
    }
    say(said);
  });

  // The box: Enter sends, Shift+Enter breaks the line, an input method keeps its Enter

  function fitBox() {
    if (CSS.supports("field-sizing", "content")) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }

  box.addEventListener("input", fitBox);
  box.addEventListener("keydown", (event) => {
    // Safari ends the composition before its Enter arrives, and marks that only by code 229.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });

  // Photo

  function attachPhoto(chosen) {
    URL.revokeObjectURL(byId("photo-shown").src);
    photo = chosen;
    byId("photo-added").hidden = !chosen;
    if (chosen) byId("photo-shown").src = URL.createObjectURL(chosen);
    else file.value = "";
  }

  async function shrunk(picture) {
    const bitmap = await createImageBitmap(picture);
    const scale = Math.min(1, LONG_SIDE_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  }

  file.addEventListener("change", async () => {
    tell("");
    let chosen = file.files[0] ?? null;
    const isLarge = (picture) => picture && picture.size > Number(words.maxPhotoBytes);
    if (isLarge(chosen)) chosen = await shrunk(chosen).catch(() => chosen);
    if (isLarge(chosen)) {
      chosen = null;
      tell(words.largePhoto);
    }
    attachPhoto(chosen);
    box.focus();
  });
  byId("photo-removed").addEventListener("click", () => attachPhoto(null));

  // Location; browsers give it only to pages that came over a safe connection

  function attachPlace(found) {
    place = found;
    byId("place-added").hidden = !found;
  }

  byId("place").hidden = !(window.isSecureContext && navigator.geolocation);
  byId("place").addEventListener("click", () => {
    tell(words.locationWaiting);
    navigator.geolocation.getCurrentPosition(
      (position) => {
        tell("");
        attachPlace(position.coords);
      },
      () => tell(words.locationFailed),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
    );
  });
  byId("place-removed").addEventListener("click", () => attachPlace(null));

  const latest = [...log.querySelectorAll(".resident")].pop();
  if (latest && !location.hash) latest.scrollIntoView({ block: "start" });
})();
