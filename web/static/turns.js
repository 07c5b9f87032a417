/* What is done with a reply: copied, printed, judged, followed up. All of it also works without this, by links and forms. */

const AGAIN_MS = 2000;
const TRIES = 6;

const status = document.getElementById("status");
const composer = document.querySelector("form.composer");

showPrint(document);

document.addEventListener("answered", (event) => {
  showPrint(event.target);
  const next = event.target.querySelector(".next");
  if (next) suggest(next, TRIES);
});

document.addEventListener("click", (event) => {
  if (event.target.closest(".print")) print();
  const link = event.target.closest("a[data-copy]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  copy(link);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(".suggestions") && composer) {
    event.preventDefault();
    composer.elements.question.value = event.submitter.value;
    composer.querySelector(".about-passage")?.remove(); // it was suggested about all explainers
    composer.requestSubmit();
  } else if (form.matches(".feedback")) {
    event.preventDefault();
    judge(form, event.submitter);
  }
});

/* The last page's own follow-ups may still have been in the making when it was rendered. */
const last = document.querySelector(".turn:last-of-type .next");
if (last && !last.children.length) suggest(last, TRIES);

/* What is known is shown at once; the server says 202 while it is still working out the rest. */
async function suggest(next, tries) {
  const response = await fetch(next.dataset.address).catch(() => null);
  if (!response?.ok || !next.isConnected) return;
  const html = await response.text();
  if (!next.contains(document.activeElement)) next.innerHTML = html;
  if (response.status === 202 && tries > 1) setTimeout(() => suggest(next, tries - 1), AGAIN_MS);
}

async function copy(link) {
  const words = link.closest(".copy").dataset;
  try {
    await navigator.clipboard.write([new ClipboardItem(await contents(link))]);
    say(words.copied);
  } catch {
    say(words.failed);
    location.href = link.href;
  }
}

/* Promises and not texts: Safari lets a page write only what it began to write when the reader clicked. */
async function contents(link) {
  const text = link.dataset.copy === "text/html" ? link.href.replace(/\.html$/, ".txt") : link.href;
  const items = { "text/plain": blob(text, "text/plain") };
  if (text !== link.href) items["text/html"] = blob(link.href, "text/html");
  return items;
}

async function blob(address, type) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(response.statusText);
  return new Blob([await response.text()], { type });
}

async function judge(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const judged = form.closest(".judged");
  try {
    const response = await fetch(`${form.action}?part=1`, { method: "POST", body });
    if (!response.ok) throw new Error(response.statusText);
    judged.outerHTML = await response.text();
  } catch {
    say(form.dataset.failed);
    return;
  }
  const shown = document.getElementById(new URL(form.action).pathname.replace(/.*turns\/(\d+)\/.*/, "feedback-$1"));
  const thanks = shown.querySelector(".thanks");
  say(thanks.textContent);
  thanks.focus();
}

function showPrint(within) {
  for (const button of within.querySelectorAll(".print")) button.hidden = false;
}

function say(sentence) {
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = sentence; });
}
