/* A permalink to each sentence, and the way to ask about it: by click or tap on the sentence, by key from its paragraph's link.
   Sentences are spans (in tables, rows) with the id s-START-END, counted in the explainer's text. */

const MARGIN = 8;
const ID = /^s-(\d+)-(\d+)$/;

const article = document.querySelector(".explainer-body");
const menu = document.getElementById("sentence-menu");
const place = document.getElementById("sentence-menu-place");
const heard = document.getElementById("sentence-menu-text");
const copy = menu.querySelector(".copy");
const said = menu.querySelector("output");
const steps = [...menu.querySelectorAll("[data-step]")];
const range = menu.querySelector('[name="quote"]');

document.body.classList.add("has-menu");

let chosen = [];
let opener = null;

const sentencesIn = (line) => [...line.querySelectorAll('[id^="s-"]')].filter((each) => ID.test(each.id));
const lineOf = (sentence) => sentence.closest("p, li, table");

/* Another button or a modifier key asks the browser for something of its own, such as another tab. */
const hasModifier = (event) => event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;

article.addEventListener("click", (event) => {
  if (hasModifier(event)) return;
  const link = event.target.closest(".permalink");
  if (link) {
    event.preventDefault();
    const [first] = sentencesIn(link.closest("p, li, .table"));
    if (first) open([first], link);
    return;
  }
  if (event.target.closest("a, button, input, form, aside")) return;
  const selected = selectedSentences();
  if (selected) return selected.length ? open(selected) : undefined;
  const sentence = event.target.closest('[id^="s-"]');
  if (!sentence || (chosen.length === 1 && chosen[0] === sentence)) close();
  else open([sentence]);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest(".explainer-body, #sentence-menu")) close();
});

document.addEventListener("keydown", (event) => {
  if (!chosen.length) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (menu.contains(document.activeElement) && event.key in STEPS) {
    event.preventDefault();
    step(STEPS[event.key]);
  }
}, true);

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

for (const button of steps) button.addEventListener("click", () => step(Number(button.dataset.step)));
menu.querySelector("[data-close]").addEventListener("click", close);
menu.addEventListener("focusout", (event) => {
  if (opener && event.relatedTarget && !menu.contains(event.relatedTarget)) close();
});

copy.addEventListener("click", async (event) => {
  if (!navigator.clipboard || hasModifier(event)) return;
  event.preventDefault();
  try {
    await navigator.clipboard.writeText(copy.href);
    said.textContent = menu.dataset.copied;
  } catch {
    location.assign(copy.href);
  }
});

for (const name of ["scroll", "resize"]) addEventListener(name, () => chosen.length && settle(), { passive: true });

/* The sentences that a selection touches; null where nothing is selected. */
function selectedSentences() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const part = selection.getRangeAt(0);
  return sentencesIn(article).filter((sentence) => part.intersectsNode(sentence));
}

function open(sentences, from = null) {
  choose(sentences);
  if (!menu.matches(":popover-open")) menu.showPopover();
  settle();
  opener = from;
  if (from) copy.focus();
}

function choose(sentences) {
  for (const each of chosen) each.classList.remove("chosen");
  chosen = sentences;
  for (const each of chosen) each.classList.add("chosen");
  const [first, last] = [chosen[0], chosen.at(-1)];
  const quote = `${ID.exec(first.id)[1]}-${ID.exec(last.id)[2]}`;
  copy.href = `${location.pathname}?quote=${quote}#quote`;
  copy.textContent = chosen.length > 1 ? copy.dataset.many : copy.dataset.one;
  if (range) range.value = quote;
  said.textContent = "";
  heard.textContent = chosen.map((each) => each.textContent).join(" ");
  describe(first, last);
}

function describe(first, last) {
  const line = sentencesIn(lineOf(first));
  const [at, end] = [line.indexOf(first), line.indexOf(last)];
  const together = lineOf(first) === lineOf(last);
  const words = first === last ? menu.dataset.place : menu.dataset.several;
  place.textContent = words.replace("{at}", at + 1).replace("{end}", end + 1).replace("{all}", line.length);
  place.hidden = !together || line.length === 1;
  for (const button of steps) {
    button.hidden = line.length === 1 || first !== last;
    button.setAttribute("aria-disabled", String(!line[at + Number(button.dataset.step)]));
  }
}

function step(by) {
  const line = sentencesIn(lineOf(chosen[0]));
  const next = line[line.indexOf(chosen[0]) + by];
  if (!next || chosen.length > 1) return;
  choose([next]);
  next.scrollIntoView({ block: "nearest" });
  settle();
}

function close() {
  if (!chosen.length) return;
  for (const each of chosen) each.classList.remove("chosen");
  chosen = [];
  menu.hidePopover();
  if (opener && (menu.contains(document.activeElement) || document.activeElement === document.body)) opener.focus();
  opener = null;
}

/* Below the sentence where there is room, else above it. */
function settle() {
  const boxes = [...chosen.at(-1).getClientRects()];
  const last = boxes.at(-1);
  const top = chosen[0].getBoundingClientRect().top;
  const size = menu.getBoundingClientRect();
  const below = last.bottom + size.height + MARGIN < innerHeight || top < size.height + MARGIN;
  const left = Math.min(Math.max(MARGIN, last.left), innerWidth - size.width - MARGIN);
  menu.style.left = `${left}px`;
  menu.style.top = `${below ? last.bottom + MARGIN : top - size.height - MARGIN}px`;
}
