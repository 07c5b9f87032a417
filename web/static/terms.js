/* What an abbreviation stands for, on hover, focus and tap: it stays until dismissed, and the pointer may move onto it
   (WCAG 1.4.13). Without this the browser shows the title, and the link leads to the definition. */

const SHOW_AFTER_MS = 150;
const HIDE_AFTER_MS = 250;
const MARGIN = 8;

const tip = document.createElement("div");
tip.className = "peek term-tip";
tip.id = "term-tip";
tip.setAttribute("popover", "manual");
tip.setAttribute("role", "tooltip");
tip.lang = document.querySelector(".explainer-body").lang;
document.getElementById("main").append(tip);

let shownFor = null;
let timer = 0;
let touched = false;

for (const short of document.querySelectorAll(".term abbr[title]")) {
  const link = short.parentElement;
  link.dataset.long = short.title;
  link.setAttribute("aria-describedby", tip.id);
  short.removeAttribute("title");
}

const termAt = (target) => target.closest?.(".term");

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const term = termAt(event.target);
  if (term) later(() => show(term), SHOW_AFTER_MS);
  else if (event.target.closest?.(".term-tip")) clearTimeout(timer);
  else if (shownFor && document.activeElement !== shownFor) later(hide, HIDE_AFTER_MS);
  else clearTimeout(timer);
});

document.addEventListener("pointerdown", (event) => {
  touched = event.pointerType !== "mouse";
});

/* A description is read when focus arrives, so the words have to be there before it. */
document.addEventListener("focusin", (event) => {
  const term = termAt(event.target);
  if (term) show(term);
  else hide();
});

/* A tap shows the meaning; a second one goes to the definition, as a click does. */
document.addEventListener("click", (event) => {
  const term = termAt(event.target);
  if (!term) {
    if (!event.target.closest?.(".term-tip")) hide();
  } else if (touched && term.dataset.tapped !== "yes") {
    event.preventDefault();
    show(term);
    term.dataset.tapped = "yes";
  } else hide();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !shownFor) return;
  event.preventDefault();
  event.stopPropagation();
  hide();
}, true);

addEventListener("scroll", hide, { passive: true });
addEventListener("resize", hide, { passive: true });

function show(term) {
  clearTimeout(timer);
  if (shownFor === term) return;
  hide();
  tip.textContent = term.dataset.long;
  tip.showPopover();
  shownFor = term;
  const at = term.getClientRects()[0];
  const box = tip.getBoundingClientRect();
  const above = at.top > box.height + MARGIN;
  tip.style.left = `${Math.min(Math.max(MARGIN, at.left), innerWidth - box.width - MARGIN)}px`;
  tip.style.top = `${above ? at.top - box.height - 4 : at.bottom + 4}px`;
}

function hide() {
  clearTimeout(timer);
  if (!shownFor) return;
  delete shownFor.dataset.tapped;
  shownFor = null;
  tip.hidePopover();
}

function later(act, milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(act, milliseconds);
}
