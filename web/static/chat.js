/* Answers as they are written, without a reload. Everything here also works without it: the form posts, the page reloads. */

import { readEvents } from "./events.js";
import { closePanel } from "./panel.js";

const TRIES = 3;
const WAIT_MS = 800;

const form = document.querySelector("form.composer");
const status = document.getElementById("status");
const main = document.getElementById("main");
const words = form.dataset;
let stopping = null;
let firstPage = null;

/* A sentence that a reader can be shown as it is. */
class Told extends Error {}
/* The connection broke: the same turn can be asked for again. */
class Broken extends Error {}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = form.elements.question.value.trim();
  if (!question || stopping) return;
  ask(question);
});

async function ask(question) {
  const held = document.activeElement;
  closePanel();
  forgetComplaint();
  becomeConversation();
  const turn = Number(form.elements.turn.value);
  const article = addTurn(turn, question);
  form.elements.question.value = "";
  /* The box and its button go on having the focus; a question on a button gives it to the same question, now asked. */
  (form.contains(held) ? held : article.querySelector(".question")).focus({ preventScroll: true });
  say(words.thinking);
  stopping = new AbortController();
  try {
    await askUntilAnswered(article, bodyOf(question));
  } catch (error) {
    if (error.name === "AbortError") showStopped(article, question);
    else showProblem(article, question, error instanceof Told ? error.message : words.failed);
  } finally {
    article.removeAttribute("aria-busy");
    stopWorking(article);
    stopping = null;
  }
}

/* Its button may have the focus, which then goes to what came in its place. */
function stopWorking(article) {
  const working = article.querySelector(".working");
  const isHeld = working?.contains(document.activeElement);
  working?.remove();
  const next = article.querySelector(".look-again") ?? article.querySelector(".question");
  if (isHeld) next.focus({ preventScroll: true });
}

/* What is asked now: a choice of documents that is changed while the answer comes is for the next question. */
function bodyOf(question) {
  const body = new URLSearchParams(new FormData(form));
  body.set("question", question);
  return body;
}

/* A connection that breaks is made again: the same turn is asked for, so that it is neither lost nor doubled. */
async function askUntilAnswered(article, body) {
  for (let tried = 1; ; tried += 1) {
    try {
      if (await askOnce(article, body)) return;
      throw new Broken();
    } catch (error) {
      if (!(error instanceof Broken) || tried === TRIES) throw error;
      say(words.retrying);
      await pause(WAIT_MS * tried);
      if (stopping.signal.aborted) throw new DOMException("", "AbortError");
    }
  }
}

async function askOnce(article, body) {
  const response = await connected(fetch("/ask/stream", { method: "POST", body, signal: stopping.signal }));
  if (!response.ok) throw new Told(await sentenceOf(response));
  const events = readEvents(response.body);
  for (;;) {
    const { done, value } = await connected(events.next());
    if (done) return false;
    const [name, data] = value;
    if (show[name]?.(article, data)) return true;
  }
}

/* A TypeError is what fetch and its body give where the connection breaks; one of our own making isn't to be tried again. */
async function connected(coming) {
  try {
    return await coming;
  } catch (error) {
    throw error instanceof TypeError ? new Broken() : error;
  }
}

const show = {
  block(article, { place, html }) {
    const answer = article.querySelector(".answer");
    const block = elementOf(html);
    if (answer.children[place]) answer.children[place].replaceWith(block);
    else answer.append(block);
  },
  footnotes: (article, { html }) => placeOnce(article, ".footnotes", html),
  refusal: (article, { html }) => placeOnce(article, ".refusal", html),
  after: (article, { html }) => placeOnce(article, ".after", html),
  problem(_, { detail }) {
    throw new Told(detail);
  },
  done(article, { conversation_id: id, turn, said }) {
    if (!article.querySelector(".answer").children.length) article.querySelector(".answer").remove();
    name(article, turn);
    form.elements.turn.value = turn + 1;
    form.querySelector(".about-passage")?.remove();
    history.replaceState(null, "", `/c/${id}`);
    say(said);
    article.scrollIntoView({ block: "start" });
    article.dispatchEvent(new CustomEvent("answered", { bubbles: true, detail: { id, turn } }));
    return true;
  },
};

function placeOnce(article, selector, html) {
  article.querySelector(selector)?.remove();
  article.append(elementOf(html));
}

function elementOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}

function addTurn(number, question) {
  const article = document.getElementById("turn-template").content.firstElementChild.cloneNode(true);
  name(article, number);
  article.querySelector(".question").textContent = question;
  document.title = `${question} – Footnoted`;
  article.querySelector(".stop").addEventListener("click", () => stopping?.abort());
  main.append(article);
  article.scrollIntoView({ block: "start" });
  return article;
}

/* Another tab may have asked meanwhile: the server says which turn it became. */
function name(article, number) {
  article.id = `turn-${number}`;
  article.setAttribute("aria-labelledby", `question-${number}`);
  article.querySelector(".question").id = `question-${number}`;
}

/* The first page gives way to the conversation that begins on it. */
function becomeConversation() {
  if (document.body.classList.contains("page-conversation")) return;
  firstPage = { name: document.body.className, content: [...main.childNodes], label: form.querySelector("label").textContent };
  document.body.className = "page-conversation";
  const heading = document.createElement("h1");
  heading.className = "visually-hidden";
  heading.textContent = words.conversation;
  main.replaceChildren(heading);
  const dock = document.createElement("div");
  dock.className = "dock";
  form.querySelector("label").textContent = words.followUp;
  dock.append(form);
  main.after(dock);
}

/* A conversation that didn't begin leaves the first page as it was. */
function becomeFirstPage() {
  document.body.className = firstPage.name;
  form.querySelector("label").textContent = firstPage.label;
  main.replaceChildren(...firstPage.content);
  document.querySelector(".dock")?.remove();
  firstPage = null;
}

/* Nothing of a stopped answer stays, and no id: the next question gets its number, and its marks would open that one's
   footnotes. */
function showStopped(article, question) {
  for (const part of article.querySelectorAll(".answer, .footnotes, .refusal, .after")) part.remove();
  for (const each of [article, article.querySelector(".question")]) each.removeAttribute("id");
  article.removeAttribute("aria-labelledby");
  article.setAttribute("aria-label", question);
  note(article, words.stopped, `/c/${form.elements.conversation_id.value}`, words.lookAgain);
  say(words.stopped);
}

function showProblem(article, question, sentence) {
  form.elements.question.value = question;
  article.remove();
  const complaint = document.createElement("p");
  complaint.className = "complaint";
  complaint.setAttribute("role", "alert");
  complaint.textContent = sentence;
  if (firstPage && !document.querySelector("article.turn")) becomeFirstPage();
  form.querySelector("label").after(complaint);
  form.elements.question.focus();
}

/* Also one that came with the page, whose box is marked as wrong. */
function forgetComplaint() {
  form.querySelector(".complaint")?.remove();
  const box = form.elements.question;
  box.removeAttribute("aria-invalid");
  if (box.getAttribute("aria-describedby") === "complaint") box.removeAttribute("aria-describedby");
}

function note(article, sentence, href, label) {
  const paragraph = document.createElement("p");
  paragraph.className = "meta";
  const link = document.createElement("a");
  link.className = "look-again";
  link.href = href;
  link.textContent = label;
  paragraph.append(`${sentence} `, link);
  article.append(paragraph);
}

async function sentenceOf(response) {
  try {
    return (await response.json()).detail ?? words.failed;
  } catch {
    return words.failed;
  }
}

function say(sentence) {
  status.textContent = sentence;
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
