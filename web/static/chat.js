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

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = form.elements.question.value.trim();
  if (!question || stopping) return;
  ask(question);
});

async function ask(question) {
  closePanel();
  becomeConversation();
  const turn = Number(form.elements.turn.value);
  const article = addTurn(turn, question);
  form.elements.question.value = "";
  say(words.thinking);
  stopping = new AbortController();
  try {
    await askUntilAnswered(article, question);
  } catch (error) {
    if (error.name === "AbortError") showStopped(article);
    else showProblem(article, question, error.message);
  } finally {
    article.removeAttribute("aria-busy");
    article.querySelector(".working")?.remove();
    stopping = null;
  }
}

/* A connection that breaks is made again: the same turn is asked for, so that it is neither lost nor doubled. */
async function askUntilAnswered(article, question) {
  for (let tried = 1; ; tried += 1) {
    try {
      if (await askOnce(article, question)) return;
      throw new TypeError("The answer broke off.");
    } catch (error) {
      if (!(error instanceof TypeError) || tried === TRIES) {
        throw error instanceof TypeError ? new Error(words.failed) : error;
      }
      say(words.retrying);
      await pause(WAIT_MS * tried);
      if (stopping.signal.aborted) throw new DOMException("", "AbortError");
    }
  }
}

async function askOnce(article, question) {
  const body = new URLSearchParams(new FormData(form));
  body.set("question", question);
  const response = await fetch("/ask/stream", { method: "POST", body, signal: stopping.signal });
  if (!response.ok) throw new Error(await sentenceOf(response));
  for await (const [name, data] of readEvents(response.body)) {
    if (show[name]?.(article, data)) return true;
  }
  return false;
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
    throw new Error(detail);
  },
  done(article, { conversation_id: id, turn, said }) {
    if (!article.querySelector(".answer").children.length) article.querySelector(".answer").remove();
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
  article.id = `turn-${number}`;
  article.setAttribute("aria-labelledby", `question-${number}`);
  const heading = article.querySelector(".question");
  heading.id = `question-${number}`;
  heading.textContent = question;
  document.title = `${question} – Footnoted`;
  article.querySelector(".stop").addEventListener("click", () => stopping?.abort());
  main.append(article);
  article.scrollIntoView({ block: "start" });
  return article;
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

function showStopped(article) {
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
  form.querySelector(".complaint")?.remove();
  form.querySelector("label").after(complaint);
  form.elements.question.focus();
  form.addEventListener("submit", () => complaint.remove(), { once: true });
}

function note(article, sentence, href, label) {
  const paragraph = document.createElement("p");
  paragraph.className = "meta";
  const link = document.createElement("a");
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
