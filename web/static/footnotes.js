/* A footnote where its mark is: on hover, focus, tap and keys alike. The list of footnotes is what it shows, and stays. */

const SHOW_AFTER_MS = 120;
const HIDE_AFTER_MS = 250;
const MARGIN = 12;

const peek = document.createElement("div");
peek.className = "peek";
peek.setAttribute("popover", "manual");
peek.id = "peek";
peek.setAttribute("role", "dialog");
document.body.append(peek);

let shownFor = null;
let timer = 0;

const markAt = (target) => target.closest?.(".marks a");

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const mark = markAt(event.target);
  if (mark) later(() => show(mark), SHOW_AFTER_MS);
  else if (event.target.closest?.(".peek")) clearTimeout(timer);
  else if (shownFor) later(hide, HIDE_AFTER_MS);
});

document.addEventListener("focusin", (event) => {
  const mark = markAt(event.target);
  if (mark && mark.matches(":focus-visible")) show(mark);
  else if (!event.target.closest?.(".peek")) hide();
});

document.addEventListener("click", (event) => {
  const mark = markAt(event.target);
  if (mark) {
    event.preventDefault();
    clearTimeout(timer);
    if (shownFor === mark && event.detail === 0) leave(mark);
    else show(mark);
  } else if (!event.target.closest?.(".peek")) hide();
});

/* While it is captured, so that the panel learns of it before it hears the key itself: one press closes one thing. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && shownFor) {
    event.preventDefault();
    const mark = shownFor;
    hide();
    mark.focus();
  }
}, true);

for (const name of ["scroll", "resize"]) addEventListener(name, () => shownFor && place(shownFor), { passive: true });
document.addEventListener("panel-opens", hide);

/* Enter on a mark whose footnote is shown goes into it. */
function leave(mark) {
  peek.querySelector("a")?.focus();
  peek.addEventListener("focusout", (event) => {
    if (!peek.contains(event.relatedTarget)) hide();
  }, { once: true });
  shownFor = mark;
}

function show(mark) {
  if (shownFor === mark) return;
  const footnote = document.getElementById(mark.hash.slice(1));
  if (!footnote) return;
  hide();
  peek.replaceChildren(...[...footnote.children].filter((part) => !part.matches(".number")).map(copy), from(footnote));
  peek.setAttribute("aria-label", mark.getAttribute("aria-label"));
  peek.showPopover();
  shownFor = mark;
  mark.setAttribute("aria-expanded", "true");
  mark.setAttribute("aria-controls", peek.id);
  place(mark);
}

function copy(part) {
  const copied = part.cloneNode(true);
  for (const each of [copied, ...copied.querySelectorAll("[id]")]) each.removeAttribute("id");
  return copied;
}

/* The explainer and its date, which the list says once for all of its footnotes. */
function from(footnote) {
  const source = footnote.parentElement.previousElementSibling;
  return copy(source);
}

function hide() {
  clearTimeout(timer);
  if (!shownFor) return;
  shownFor.removeAttribute("aria-expanded");
  shownFor.removeAttribute("aria-controls");
  shownFor = null;
  peek.hidePopover();
}

function place(mark) {
  const at = mark.getBoundingClientRect();
  const box = peek.getBoundingClientRect();
  const below = at.bottom + box.height + MARGIN < innerHeight || at.top < innerHeight / 2;
  const left = Math.min(Math.max(MARGIN, at.left - box.width / 3), innerWidth - box.width - MARGIN);
  peek.style.left = `${left}px`;
  peek.style.top = `${below ? at.bottom + 8 : Math.max(MARGIN, at.top - box.height - 8)}px`;
}

function later(act, milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(act, milliseconds);
}
