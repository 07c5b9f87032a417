/* Footnoted on a publisher's page: a button and a panel, in one custom element.

   <script src="https://bot.example.org/widget.js" async data-title="Ask about this"></script>

   Nothing is asked of the server before the panel is opened. Whatever comes from it is put in as text, never as HTML.
   Styles stay in the shadow root; the one exception is the colour of a passage highlighted on the page itself. */

(() => {
  "use strict";

  const NAME = "footnoted-widget";
  const HIGHLIGHT = "footnoted-quote";
  const SLOW_MS = 10_000;
  const SUGGEST_AGAIN_MS = 6_000;
  const MOST_KEPT = 10;
  const MOST_OF_QUOTE = 0.7;
  const SHORT_WORDS = 10;
  const EDGE_WORDS = 5;
  const CELL_BAR = " | ";

  const WORDS = {
    en: {
      title: "Ask the explainer",
      intro:
        "You get the answer in the explainer’s own words, and every sentence has a footnote that opens the passage " +
        "it comes from. Where the text doesn’t say, you are told so.",
      begin: "Begin with",
      question: "Your question",
      followUp: "Ask a follow-up question",
      ask: "Ask",
      stop: "Stop",
      close: "Close",
      conversation: "Conversation",
      thinking: "Looking it up…",
      slow: "Still looking…",
      stopped: "You stopped this answer.",
      answeredOne: "Answered, with 1 footnote.",
      answeredMany: "Answered, with {number} footnotes.",
      refused: "The text doesn’t answer that.",
      table: "Table",
      footnote: "Footnote {number}: {section}",
      note: "Note {label} in the explainer:",
      asOf: "as of",
      reader: "Open in the explainer",
      page: "Open on the publisher’s page",
      here: "Show on this page",
      shownHere: "The passage is highlighted on the page.",
      notHere: "The page doesn’t have these words; it may have changed.",
      newTab: "(new tab)",
      copy: "Copy with footnotes",
      copied: "Copied.",
      notCopied: "The browser doesn’t allow copying here; please select the text instead.",
      nearest: "Nearest in the explainer:",
      about: "About these answers",
      again: "New conversation",
      offline: "You are offline; your question is still in the box.",
      failed: "The answer could not be had; your question is still in the box. Please try again.",
      busy: "Too many questions just now; please try again in a moment. Your question is still in the box.",
      busyFor: "Too many questions just now; please try again in {wait} seconds. Your question is still in the box.",
      unavailable: "No answers can be had just now; please try again later. Your question is still in the box.",
      unusable: "That can’t be asked; please shorten your question or put it in other words.",
      reasons: {
        not_in_text: "Not in the text",
        off_topic: "Another subject",
        not_a_question: "Not a question",
        after_as_of: "Later than the text",
        personal_or_legal_advice: "A question for a lawyer",
        false_premise: "Not said as it is asked",
        unsupported_language: "Another language",
        partly_answered: "Part of it isn’t in the text",
      },
    },
    es: {
      title: "Pregunte a la guía",
      intro:
        "Recibe la respuesta con las palabras de la propia guía, y cada frase lleva una nota al pie que abre el " +
        "pasaje del que procede. Si el texto no lo dice, se le avisa.",
      begin: "Empiece por",
      question: "Su pregunta",
      followUp: "Siga preguntando",
      ask: "Preguntar",
      stop: "Detener",
      close: "Cerrar",
      conversation: "Conversación",
      thinking: "Buscando…",
      slow: "Sigue buscando…",
      stopped: "Usted detuvo esta respuesta.",
      answeredOne: "Respondido, con 1 nota al pie.",
      answeredMany: "Respondido, con {number} notas al pie.",
      refused: "El texto no responde a eso.",
      table: "Tabla",
      footnote: "Nota al pie {number}: {section}",
      note: "Nota {label} de la guía:",
      asOf: "al",
      reader: "Abrir en la guía",
      page: "Abrir en la página original",
      here: "Mostrar en esta página",
      shownHere: "El pasaje está resaltado en la página.",
      notHere: "La página no tiene estas palabras; quizá cambió.",
      newTab: "(pestaña nueva)",
      copy: "Copiar con las notas al pie",
      copied: "Copiado.",
      notCopied: "El navegador no permite copiar aquí; seleccione el texto, por favor.",
      nearest: "Lo más cercano en la guía:",
      about: "Sobre estas respuestas",
      again: "Nueva conversación",
      offline: "No hay conexión; su pregunta sigue en la casilla.",
      failed: "No se pudo obtener la respuesta; su pregunta sigue en la casilla. Inténtelo de nuevo, por favor.",
      busy: "Hay demasiadas preguntas ahora; inténtelo en un momento, por favor. Su pregunta sigue en la casilla.",
      busyFor: "Hay demasiadas preguntas ahora; inténtelo en {wait} segundos, por favor. Su pregunta sigue en la casilla.",
      unavailable: "Ahora no se pueden obtener respuestas; inténtelo más tarde, por favor. Su pregunta sigue en la casilla.",
      unusable: "Eso no se puede preguntar; acorte la pregunta o hágala con otras palabras, por favor.",
      reasons: {
        not_in_text: "No está en el texto",
        off_topic: "Otro tema",
        not_a_question: "No es una pregunta",
        after_as_of: "Posterior al texto",
        personal_or_legal_advice: "Una pregunta para un abogado",
        false_premise: "No se dice como se pregunta",
        unsupported_language: "Otro idioma",
        partly_answered: "Una parte no está en el texto",
      },
    },
  };

  const CSS_TEXT = `
    :host { display: contents !important; }
    :host([hidden]) { display: none !important; }
    *, *::before, *::after { box-sizing: border-box; }

    .root {
      all: initial;
      color-scheme: inherit;
      display: block;
      --paper: var(--footnoted-paper, light-dark(#fffdf9, #141517));
      --ink: var(--footnoted-ink, light-dark(#17191c, #ece8df));
      --accent: var(--footnoted-accent, var(--ink));
      --link: var(--footnoted-accent, light-dark(#14507d, #8ec5ee));
      --radius: var(--footnoted-radius, 3px);
      --soft: color-mix(in srgb, var(--ink) 70%, var(--paper));
      --rule: color-mix(in srgb, var(--ink) 18%, var(--paper));
      --tint: color-mix(in srgb, var(--ink) 5%, var(--paper));
      --marker: light-dark(#ffe88a, #5c4c10);
      --marker-ink: light-dark(#17191c, #ece8df);
      --complaint: light-dark(#8a4b00, #f0b76a);
      --serif: var(--footnoted-font, Charter, "Bitstream Charter", "Sitka Text", Cambria, "Source Serif 4", "Noto Serif", Georgia, serif);
      --sans: var(--footnoted-font, system-ui, -apple-system, "Segoe UI", Inter, Roboto, "Noto Sans", "Liberation Sans", sans-serif);
      color: var(--ink);
      font: 400 medium/1.5 var(--sans);
      overflow-wrap: break-word;
    }
    :host([data-color-scheme="light"]) .root { color-scheme: light; }
    :host([data-color-scheme="dark"]) .root { color-scheme: dark; }
    :host([data-color-scheme="auto"]) .root { color-scheme: light dark; }

    p, h2, h3, ul, blockquote { margin: 0; padding: 0; }
    h2, h3 { font-size: inherit; }
    button, input { font: inherit; color: inherit; letter-spacing: inherit; }
    button { margin: 0; padding: 0; border: 0; background: none; text-align: start; cursor: pointer; }
    a { color: var(--link); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
    a:hover { text-decoration-thickness: 2px; }
    :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
    ::selection { background: var(--marker); color: var(--marker-ink); }
    [hidden] { display: none !important; }
    .visually-hidden { position: absolute; inline-size: 1px; block-size: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

    .corner { position: fixed; z-index: var(--footnoted-z-index, 2147483000); bottom: 1em; display: flex; flex-direction: column-reverse; gap: 0.75em; max-inline-size: calc(100vw - 2em); }
    .right { right: 1em; align-items: flex-end; }
    .left { left: 1em; align-items: flex-start; }
    .launcher { max-inline-size: 100%; padding: 0.7em 1.1em; border: 1px solid var(--paper); border-radius: var(--radius); background: var(--accent); color: var(--paper); font-weight: 600; line-height: 1.35; box-shadow: 0 2px 10px rgb(0 0 0 / 0.22); }
    .launcher:hover { text-decoration: underline; text-underline-offset: 0.2em; }
    .launcher sup { display: inline-block; margin-inline-start: 0.3em; padding: 0.1em 0.4em; border-radius: 2px; background: var(--marker); color: var(--marker-ink); font-size: 0.7em; line-height: 1; }

    .panel { position: relative; display: flex; flex-direction: column; background: var(--paper); border: 1px solid var(--ink); border-radius: var(--radius); overflow: hidden; }
    .corner .panel { inline-size: min(27em, calc(100vw - 2em)); min-block-size: 18em; max-block-size: calc(100vh - 6em); max-block-size: min(42em, calc(100dvh - 6em)); box-shadow: 0 0.4em 1.8em rgb(0 0 0 / 0.22); }
    .inline .panel { max-block-size: min(46em, 92vh); border-color: var(--rule); }
    .inline .panel:focus-visible, .panel:focus { outline: none; }

    header { display: flex; align-items: baseline; gap: 1em; padding: 0.8em 1.1em 0.7em; border-block-end: 1px solid var(--ink); }
    header h2 { flex: 1; min-inline-size: 0; font: 700 1.125em/1.3 var(--serif); text-wrap: balance; }
    .quiet { padding: 0.25em 0.7em; border: 1px solid var(--rule); border-radius: var(--radius); color: var(--soft); font-size: 0.875em; font-weight: 500; white-space: nowrap; }
    .quiet:hover { border-color: var(--ink); color: var(--ink); }

    .talk { position: relative; flex: 1 1 auto; min-block-size: 6em; padding: 1em 1.1em 1.4em; overflow-y: auto; overscroll-behavior: contain; font-family: var(--serif); }
    .talk:focus-visible { outline-offset: -3px; }
    .intro { color: var(--soft); font-size: 1.0625em; line-height: 1.5; text-wrap: pretty; }
    .kicker { color: var(--soft); font: 600 0.75em/1.4 var(--sans); letter-spacing: 0.07em; text-transform: uppercase; }
    .first { margin-block-start: 1.4em; }
    .first ul { list-style: none; margin-block-start: 0.3em; border-block-start: 1px solid var(--rule); }
    .first li { border-block-end: 1px solid var(--rule); }
    .first button { inline-size: 100%; padding: 0.5em 0; color: var(--link); line-height: 1.35; text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 0.18em; }
    .first button:hover { text-decoration-thickness: 2px; }

    .turn, .intro, .first { max-inline-size: 40em; }
    .turn + .turn { margin-block-start: 1.75em; padding-block-start: 1.4em; border-block-start: 1px solid var(--rule); }
    .asked { margin-block-end: 0.65em; font: 700 1.25em/1.25 var(--serif); letter-spacing: -0.01em; text-wrap: balance; }
    .answer { font-size: 1.0625em; line-height: 1.58; }
    .answer > * + * { margin-block-start: 0.75em; }
    .answer ul { padding-inline-start: 1.15em; }
    .answer li { margin-block: 0.3em; padding-inline-start: 0.15em; }
    .answer li::marker { color: var(--soft); }
    .about { margin-inline-end: 0.15em; color: var(--soft); font: 600 0.875em/1.4 var(--sans); font-variant-caps: all-small-caps; letter-spacing: 0.05em; }

    .marks { margin-inline-start: 0.35em; font: 600 0.68em/1 var(--sans); vertical-align: 0.5em; white-space: nowrap; }
    .marks::before { content: "\\2060"; }
    .mark { position: relative; padding: 0.2em 0.5em; border: 1px solid transparent; border-radius: 3px; background: var(--marker); color: var(--marker-ink); line-height: 1; }
    .mark::after { content: ""; position: absolute; inset: -0.6em -0.25em; }
    .mark + .mark { margin-inline-start: 0.3em; }
    .mark:hover, .mark[aria-expanded="true"] { background: var(--ink); color: var(--paper); }

    .footnote { margin-block: 0.5em 0.8em; padding: 0.7em 0.85em 0.75em; border: 1px solid var(--rule); border-block-start: 3px solid var(--marker); border-radius: 0 0 var(--radius) var(--radius); background: var(--tint); font: 400 0.9em/1.5 var(--serif); }
    .footnote > * + * { margin-block-start: 0.45em; }
    .footnote b { font-weight: 600; background: linear-gradient(transparent 56%, var(--marker) 56%); }
    .footnote cite { font-style: normal; font-weight: 600; color: var(--ink); }
    .source, .place { color: var(--soft); font: 400 0.875em/1.45 var(--sans); }
    .own-note { padding-inline-start: 0.7em; border-inline-start: 2px solid var(--rule); color: var(--soft); font-size: 0.9375em; }
    .own-note span { font: 600 0.9375em/1.4 var(--sans); }
    .open { font: 600 0.875em/1.5 var(--sans); }
    time { white-space: nowrap; }

    .table { overflow-x: auto; }
    table { border-collapse: collapse; inline-size: 100%; font: 400 0.875em/1.45 var(--sans); font-variant-numeric: lining-nums tabular-nums; }
    th, td { padding: 0.45em 0.9em 0.45em 0; border-block-end: 1px solid var(--rule); text-align: start; vertical-align: top; }
    thead th { border-block-end-color: var(--ink); font-weight: 600; vertical-align: bottom; }
    .opened td { padding-inline-end: 0; }

    .refusal { padding: 0.85em 1em 0.95em; border: 1px solid var(--rule); border-radius: var(--radius); background: var(--tint); }
    .answer + .refusal { margin-block-start: 1em; }
    .refusal > * + * { margin-block-start: 0.4em; }
    .refusal ul { list-style: none; }
    .refusal li { padding-block: 0.2em; line-height: 1.4; }
    .label { font: 600 0.875em/1.5 var(--sans); }
    .actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4em 0.8em; margin-block-start: 0.9em; font-family: var(--sans); }
    .told { color: var(--soft); font: 400 0.875em/1.5 var(--sans); }

    .working { display: flex; align-items: center; gap: 1em; color: var(--soft); font-family: var(--sans); }
    .working span::before { content: ""; display: inline-block; inline-size: 0.55em; block-size: 0.55em; margin-inline-end: 0.6em; border-radius: 50%; background: light-dark(#d9a800, #d9b545); }
    @media (prefers-reduced-motion: no-preference) {
      .working span::before { animation: beat 1.2s ease-in-out infinite alternate; }
      @keyframes beat { to { opacity: 0.25; } }
    }

    form { padding: 0.75em 1.1em 0.7em; border-block-start: 1px solid var(--rule); }
    label { display: block; margin-block-end: 0.3em; font-size: 0.875em; font-weight: 600; }
    .row { display: flex; gap: 0.5em; }
    input { flex: 1; min-inline-size: 0; margin: 0; padding: 0.55em 0.7em; border: 1px solid var(--soft); border-radius: var(--radius); background: var(--paper); font: 400 1em/1.4 var(--serif); }
    input:focus { outline: 3px solid var(--link); outline-offset: 1px; }
    .send { padding: 0.55em 1.1em; border-radius: var(--radius); background: var(--accent); color: var(--paper); font-weight: 600; line-height: 1.4; }
    .send:hover { text-decoration: underline; text-underline-offset: 0.2em; }
    .complaint { margin-block-end: 0.5em; padding-inline-start: 0.7em; border-inline-start: 3px solid var(--complaint); color: var(--complaint); font-size: 0.9375em; line-height: 1.45; }
    footer { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0.2em 1em; padding: 0 1.1em 0.7em; }
    footer a, footer button { color: var(--soft); font-size: 0.8125em; }
    footer button { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 0.18em; }
    footer a:hover, footer button:hover { color: var(--ink); }

    @media (max-width: 36em), (max-height: 30em) {
      .corner .panel { position: fixed; inset: 0; inline-size: auto; block-size: auto; min-block-size: 0; max-block-size: none; border: 0; border-radius: 0; box-shadow: none; }
    }
    @media print { .corner { display: none; } }
  `;

  /* ---- Small parts ---- */

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  function button(attributes, act, ...children) {
    const made = make("button", { type: "button", ...attributes }, ...children);
    made.addEventListener("click", act);
    return made;
  }

  const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const listed = (text) => (text ?? "").split(",").map((part) => part.trim()).filter(Boolean);

  function webAddress(text, base) {
    try {
      const address = new URL(text, base);
      return ["https:", "http:"].includes(address.protocol) ? address : null;
    } catch {
      return null;
    }
  }

  function languageOf(wanted) {
    const tags = [wanted, document.documentElement.lang, "en"];
    return tags.map((tag) => (tag ?? "").toLowerCase().split("-")[0]).find((tag) => Object.hasOwn(WORDS, tag));
  }

  class Problem extends Error {}

  /* ---- Text fragments (https://wicg.github.io/scroll-to-text-fragment/) ---- */

  /* A hyphen, a comma and an ampersand have a meaning of their own in a text directive. */
  const inDirective = (text) => encodeURIComponent(text).replaceAll("-", "%2D");

  /* The quote in the pieces that stand apart on a page: lines, and cells of a table. */
  const piecesOf = (quote) => quote.split(/\n| \| /).map((piece) => piece.trim()).filter(Boolean);

  function textDirective(quote) {
    const pieces = piecesOf(quote).map((piece) => piece.split(/\s+/));
    if (!pieces.length) return "";
    const [first, last] = [pieces[0], pieces.at(-1)];
    if (pieces.length === 1 && first.length <= SHORT_WORDS) return `:~:text=${inDirective(first.join(" "))}`;
    const ends = [first.slice(0, EDGE_WORDS), last.slice(-EDGE_WORDS)].map((words) => inDirective(words.join(" ")));
    return `:~:text=${ends.join(",")}`;
  }

  function withDirective(address, quote) {
    const bare = new URL(address);
    const fragment = bare.hash.split(":~:")[0] || "#";
    bare.hash = "";
    return bare.href.replace(/#$/, "") + fragment + textDirective(quote);
  }

  /* ---- A passage on this very page ---- */

  /* The same page, whatever a campaign added to its address. */
  function isThisPage(address) {
    const canonical = document.querySelector('link[rel="canonical"]')?.href;
    return [location.href, canonical].some((text) => {
      const here = text && webAddress(text, location.href);
      return (
        here &&
        here.origin === address.origin &&
        here.pathname.replace(/\/$/, "") === address.pathname.replace(/\/$/, "") &&
        [...address.searchParams].every(([name, value]) => here.searchParams.getAll(name).includes(value))
      );
    });
  }

  const ALIKE = { "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-" };
  const UNSEEN = /[\s\u00ad\u200b-\u200d\u2060\ufeff]/;
  const squeeze = (text) => [...text].filter((each) => !UNSEEN.test(each)).map((each) => ALIKE[each] ?? each).join("");

  /* The page's text without blanks, which differ between a page and what was read from it, and where each unit stands. */
  function squeezedPage(left) {
    const accept = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
      return node.matches(left) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, accept);
    const units = [];
    const places = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (let at = 0; at < node.data.length; at += 1) {
        const unit = node.data[at];
        if (UNSEEN.test(unit)) continue;
        units.push(ALIKE[unit] ?? unit);
        places.push([node, at]);
      }
    }
    return { text: units.join(""), places };
  }

  function rangeIn({ places }, start, end) {
    const range = document.createRange();
    range.setStart(...places[start]);
    range.setEnd(places[end - 1][0], places[end - 1][1] + 1);
    return range;
  }

  /* Where words are said more than once, the section that the footnote names decides. */
  function findOnPage(quote, section) {
    const wanted = squeeze(piecesOf(quote).join(""));
    const heading = headingNamed(section.at(-1) ?? "");
    const isUnder = (range) =>
      heading && heading.compareDocumentPosition(range.startContainer) & Node.DOCUMENT_POSITION_FOLLOWING;
    const left = `script, style, noscript, template, textarea, select, ${NAME}`;
    for (const skipped of [left, `${left}, sup`]) {
      const page = squeezedPage(skipped);
      const found = [];
      for (let at = page.text.indexOf(wanted); wanted && at >= 0 && found.length < 50; at = page.text.indexOf(wanted, at + 1)) {
        const range = rangeIn(page, at, at + wanted.length);
        if (range.getClientRects().length || range.startContainer.parentElement.closest("details")) found.push(range);
      }
      if (found.length) return found.find(isUnder) ?? found[0];
    }
    return null;
  }

  function headingNamed(text) {
    const wanted = squeeze(text);
    return [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].find((each) => squeeze(each.textContent) === wanted);
  }

  /* The rule colours our own highlight and nothing else; highlights of a page can't be coloured from a shadow root. */
  let highlightSheet = null;

  function highlight(range) {
    if (typeof Highlight === "undefined" || !CSS.highlights) return false;
    if (!highlightSheet) {
      highlightSheet = new CSSStyleSheet();
      highlightSheet.replaceSync(`::highlight(${HIGHLIGHT}) { background-color: #ffe88a; color: #17191c; }`);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, highlightSheet];
    }
    CSS.highlights.set(HIGHLIGHT, new Highlight(range));
    const near = range.startContainer.parentElement;
    for (let box = near.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    near.scrollIntoView({ block: "nearest" });
    const top = range.getBoundingClientRect().top - innerHeight / 3;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollBy({ top, behavior: still ? "auto" : "smooth" });
    return true;
  }

  /* ---- What an answer looks like ---- */

  /* Runs of items become lists, and runs of rows tables, as on the bot's own pages. */
  function blocksOf(reply) {
    const footnotes = new Map(reply.footnotes.map((footnote) => [footnote.number, footnote]));
    const runs = [];
    for (const sentence of reply.sentences) {
      const kind = kindOf(sentence, footnotes.get(sentence.footnotes[0]));
      const run = runs.at(-1);
      if (run && run.kind === kind && (kind === "list" || !sentence.about)) run.sentences.push(sentence);
      else runs.push({ kind, sentences: [sentence] });
    }
    return runs;
  }

  function kindOf(sentence, footnote) {
    if (sentence.item) return "list";
    const columns = sentence.text.split(CELL_BAR).length;
    if (columns === 1) return "paragraph";
    return JSON.stringify(["table", columns, footnote.document.id, footnote.section]);
  }

  /* The quote before, in and after the words that answer most exactly; offsets count code points. */
  function exactWords({ quote, start, words }) {
    const letters = [...quote];
    if (!words || words.end - words.start > MOST_OF_QUOTE * letters.length) return [quote, "", ""];
    const [from, to] = [words.start - start, words.end - start];
    return [letters.slice(0, from), letters.slice(from, to), letters.slice(to)].map((part) => part.join(""));
  }

  const sectionLine = (section) => section.join(" › ");

  /* ---- The element ---- */

  const STYLES = new CSSStyleSheet();
  STYLES.replaceSync(CSS_TEXT);

  const standing = new Map();
  let lastId = 0;

  class FootnotedWidget extends HTMLElement {
    #built = false;
    #words;
    #language;
    #server;
    #isInline;
    #storageKey;
    #conversation = null;
    #turns = [];
    #asking = null;
    #openMark = null;
    #root;
    #launcher = null;
    #panel;
    #talk;
    #welcome;
    #form;
    #input;
    #label;
    #complaint;
    #again;
    #status;

    connectedCallback() {
      if (this.#built) return;
      this.#server = webAddress(this.dataset.server ?? "", document.baseURI);
      if (!this.#server) return;
      this.#built = true;
      this.#language = languageOf(this.dataset.language);
      this.#words = WORDS[this.#language];
      this.#isInline = this.dataset.position === "inline";
      this.#storageKey = this.#nameStorage();
      this.#build();
      this.#restore();
      const open = this.dataset.open;
      if (this.#isInline) this.#suggest();
      else if (open !== undefined && open !== "false") this.#open({ focus: false });
    }

    /* Two widgets on a page, however alike, keep two conversations. */
    #nameStorage() {
      const name = [NAME, this.#server.href, this.dataset.collection ?? "", this.dataset.document ?? ""].join(" ");
      standing.set(name, (standing.get(name) ?? 0) + 1);
      return `${name} ${standing.get(name)}`;
    }

    #build() {
      const words = this.#words;
      const title = this.dataset.title || words.title;
      this.#root = make("div", { class: "root", lang: this.#language });
      this.#panel = this.#buildPanel(title);
      const side = this.dataset.position === "left" ? "left" : "right";
      const frame = make("div", { class: this.#isInline ? "inline" : `corner ${side}` });
      if (!this.#isInline) {
        const shows = { class: "launcher", "aria-expanded": "false", "aria-haspopup": "dialog" };
        const toggle = () => (this.#panel.hidden ? this.#open({ focus: true }) : this.#close());
        this.#launcher = button(shows, toggle, title, make("sup", { "aria-hidden": "true" }, "1"));
        frame.append(this.#launcher);
      }
      /* What is told stands outside the panel: it is also told where the panel makes way. */
      frame.append(this.#panel, this.#status);
      this.#root.append(frame);
      /* The page sees what is typed here as keys pressed on an unknown element, and would take them for its shortcuts. */
      for (const name of ["keydown", "keypress", "keyup"]) {
        this.#root.addEventListener(name, (event) => event.stopPropagation());
      }
      this.#root.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !event.isComposing) this.#escape(event);
      });
      const shadow = this.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [STYLES];
      shadow.append(this.#root);
    }

    #buildPanel(title) {
      const words = this.#words;
      const heading = make("h2", { id: "title" }, title);
      this.#status = make("p", { class: "visually-hidden", role: "status" });
      this.#welcome = make("div", {}, make("p", { class: "intro" }, words.intro));
      const talking = { class: "talk", role: "group", tabindex: "0", "aria-label": words.conversation };
      this.#talk = make("div", talking, this.#welcome);
      this.#again = button({ hidden: true }, () => this.#beginAgain(), words.again);
      const about = new URL(`?lang=${this.#language}`, this.#server).href;
      const link = make("a", { href: about, target: "_blank", rel: "noopener" }, words.about, this.#inNewTab());
      const close = this.#isInline ? null : button({ class: "quiet" }, () => this.#close(), words.close);
      return make(
        "section",
        { class: "panel", id: "panel", role: this.#isInline ? "region" : "dialog", "aria-labelledby": "title", hidden: !this.#isInline },
        make("header", {}, heading, close),
        this.#talk,
        this.#buildForm(),
        make("footer", {}, link, this.#again),
      );
    }

    #buildForm() {
      const words = this.#words;
      this.#label = make("label", { for: "question" }, words.question);
      this.#complaint = make("p", { class: "complaint", id: "complaint", hidden: true });
      this.#input = make("input", { id: "question", type: "text", autocomplete: "off", enterkeyhint: "send" });
      const row = make("div", { class: "row" }, this.#input, make("button", { class: "send" }, words.ask));
      this.#form = make("form", {}, this.#label, this.#complaint, row);
      this.#form.addEventListener("submit", (event) => {
        event.preventDefault();
        const question = this.#input.value.trim();
        if (question && !this.#asking) this.#ask(question);
        else this.#input.focus();
      });
      return this.#form;
    }

    /* -- Opening and closing -- */

    #open({ focus }) {
      this.#panel.hidden = false;
      this.#launcher.setAttribute("aria-expanded", "true");
      this.#launcher.setAttribute("aria-controls", "panel");
      if (focus) this.#input.focus();
      if (!this.#turns.length) this.#suggest();
    }

    #close() {
      if (this.#isInline) return;
      this.#panel.hidden = true;
      this.#launcher.setAttribute("aria-expanded", "false");
      this.#launcher.removeAttribute("aria-controls");
      this.#launcher.focus();
    }

    #escape(event) {
      if (this.#openMark) {
        const mark = this.#openMark;
        this.#closeFootnote();
        mark.focus();
      } else if (this.#panel.hidden || this.#isInline) return;
      else this.#close();
      event.preventDefault();
    }

    /* -- First questions -- */

    async #suggest(again = true) {
      if (this.#welcome.querySelector(".first") || this.#turns.length) return;
      const questions = await this.#suggestions();
      if (this.#welcome.querySelector(".first") || this.#turns.length) return;
      if (questions.length) this.#welcome.append(this.#first(questions));
      else if (again) setTimeout(() => this.#suggest(false), SUGGEST_AGAIN_MS);
    }

    async #suggestions() {
      const address = new URL("api/suggestions", this.#server);
      for (const id of listed(this.dataset.document)) address.searchParams.append("document", id);
      if (this.dataset.collection) address.searchParams.append("collection", this.dataset.collection);
      try {
        const response = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
        return response.ok ? (await response.json()).questions : [];
      } catch {
        return [];
      }
    }

    #first(questions) {
      const entries = questions.map(({ text, language }) =>
        make("li", { lang: this.#otherThanOurs(language) }, button({}, () => this.#asking || this.#ask(text), text)),
      );
      const label = make("p", { class: "kicker", id: "begin" }, this.#words.begin);
      return make("div", { class: "first" }, label, make("ul", { "aria-labelledby": "begin" }, ...entries));
    }

    #otherThanOurs(language) {
      return language && language !== this.#language ? language : null;
    }

    /* -- Asking -- */

    async #ask(question) {
      const article = this.#addTurn(question);
      const slow = setTimeout(() => this.#working(article, this.#words.slow), SLOW_MS);
      this.#asking = new AbortController();
      try {
        const reply = await this.#replyTo(question);
        if (!this.#talk.contains(article)) return; // another conversation was begun meanwhile
        this.#show(article, question, reply);
        this.#conversation = reply.conversation_id;
        this.#turns.push({ question, reply });
        this.#keep();
        this.#tell(this.#said(reply));
      } catch (error) {
        if (this.#talk.contains(article)) this.#takeBack(article, question, error);
      } finally {
        clearTimeout(slow);
        this.#asking = null;
        article.removeAttribute("aria-busy");
        this.#withoutLosingFocus(() => article.querySelector(".working")?.remove(), this.#talk);
      }
    }

    /* What has the focus may be what *act* takes away. */
    #withoutLosingFocus(act, instead) {
      const had = this.shadowRoot.activeElement;
      act();
      if (had && !had.isConnected) instead.focus({ preventScroll: true });
    }

    async #replyTo(question) {
      let response;
      try {
        response = await fetch(new URL("api/ask", this.#server), {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(this.#request(question)),
          credentials: "omit",
          referrerPolicy: "no-referrer",
          signal: this.#asking.signal,
        });
      } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Problem(navigator.onLine ? this.#words.failed : this.#words.offline);
      }
      if (!response.ok) throw new Problem(await this.#sentenceOf(response));
      return response.json();
    }

    #request(question) {
      const documents = listed(this.dataset.document);
      const filter = {
        ...(documents.length && { documents }),
        ...(this.dataset.collection && { collection: this.dataset.collection }),
      };
      return {
        question,
        language: this.#language,
        ...(this.#conversation && { conversation_id: this.#conversation }),
        ...(Object.keys(filter).length && { filter }),
      };
    }

    async #sentenceOf(response) {
      const words = this.#words;
      if (response.status === 429) {
        const wait = Number(response.headers.get("Retry-After"));
        return wait > 0 ? say(words.busyFor, { wait: Math.ceil(wait) }) : words.busy;
      }
      if (response.status === 503) return words.unavailable;
      if (response.status !== 422 && response.status !== 413) return words.failed;
      const { detail } = await response.json().catch(() => ({}));
      return this.#language === "en" && detail ? detail : words.unusable;
    }

    #addTurn(question) {
      this.#withoutLosingFocus(() => this.#welcome.remove(), this.#talk);
      this.#closeFootnote();
      this.#complain("");
      this.#input.value = "";
      const stop = button({ class: "quiet" }, () => this.#asking?.abort(), this.#words.stop);
      const working = make("p", { class: "working" }, make("span"), stop);
      const article = make("article", { class: "turn", "aria-busy": "true" }, make("h3", { class: "asked" }, question), working);
      this.#talk.append(article);
      this.#working(article, this.#words.thinking);
      this.#toTopOf(article);
      return article;
    }

    #working(article, sentence) {
      article.querySelector(".working span").textContent = sentence;
      this.#tell(sentence);
    }

    /* What could not be answered goes back into the box, unless something else is being typed there. */
    #takeBack(article, question, error) {
      const isHere = this.shadowRoot.activeElement;
      article.remove();
      if (!this.#turns.length) this.#talk.append(this.#welcome);
      this.#input.value ||= question;
      const stopped = error.name === "AbortError";
      const known = stopped ? this.#words.stopped : error instanceof Problem ? error.message : this.#words.failed;
      this.#complain(known);
      if (isHere) this.#input.focus();
    }

    #complain(sentence) {
      this.#complaint.textContent = sentence;
      this.#complaint.hidden = !sentence;
      if (sentence) this.#input.setAttribute("aria-describedby", "complaint");
      else this.#input.removeAttribute("aria-describedby");
      this.#tell(sentence);
    }

    #tell(sentence) {
      this.#status.textContent = sentence;
    }

    #said(reply) {
      if (reply.status === "refused") return this.#words.refused;
      const number = reply.footnotes.length;
      return number === 1 ? this.#words.answeredOne : say(this.#words.answeredMany, { number });
    }

    #toTopOf(article) {
      this.#talk.scrollTop = article.offsetTop - 12;
    }

    /* -- The conversation, for as long as the tab is open -- */

    #keep() {
      try {
        const turns = this.#turns.slice(-MOST_KEPT).map(({ question, reply }) => ({ question, reply: { ...reply, passages: [] } }));
        sessionStorage.setItem(this.#storageKey, JSON.stringify({ conversation: this.#conversation, turns }));
      } catch {
        /* No storage here, or no room in it: the conversation ends with the page. */
      }
    }

    #restore() {
      try {
        const kept = JSON.parse(sessionStorage.getItem(this.#storageKey) ?? "null");
        for (const { question, reply } of kept?.turns ?? []) {
          const article = make("article", { class: "turn" }, make("h3", { class: "asked" }, question));
          this.#show(article, question, reply);
          this.#welcome.remove();
          this.#talk.append(article);
          this.#turns.push({ question, reply });
        }
        this.#conversation = kept?.conversation ?? null;
      } catch {
        this.#forget();
      }
    }

    #beginAgain() {
      this.#asking?.abort();
      this.#forget();
      this.#complain("");
      this.#input.focus();
      this.#suggest();
    }

    #forget() {
      this.#closeFootnote();
      [this.#conversation, this.#turns] = [null, []];
      this.#talk.replaceChildren(this.#welcome);
      this.#label.textContent = this.#words.question;
      this.#again.hidden = true;
      try {
        sessionStorage.removeItem(this.#storageKey);
      } catch {
        /* Nothing was kept. */
      }
    }

    /* -- Answers -- */

    #show(article, question, reply) {
      const parts = [];
      if (reply.sentences.length) parts.push(this.#answer(reply));
      if (reply.refusal) parts.push(this.#refusal(reply.refusal, reply.sentences.length ? [] : reply.footnotes));
      if (reply.sentences.length) parts.push(this.#actions(question, reply));
      article.append(...parts);
      this.#label.textContent = this.#words.followUp;
      this.#again.hidden = false;
    }

    #answer(reply) {
      const footnotes = new Map(reply.footnotes.map((footnote) => [footnote.number, footnote]));
      const blocks = blocksOf(reply).map(({ kind, sentences }) => {
        if (kind === "list") return make("ul", {}, ...sentences.map((each) => make("li", {}, this.#sentence(each, footnotes))));
        if (kind !== "paragraph" && sentences.length > 1) return this.#table(sentences, footnotes);
        const spaced = sentences.flatMap((each) => [this.#sentence(each, footnotes), " "]);
        return make("div", {}, ...spaced);
      });
      return make("div", { class: "answer" }, ...blocks);
    }

    #sentence(sentence, footnotes) {
      const language = this.#otherThanOurs(footnotes.get(sentence.footnotes[0]).document.language);
      const about = sentence.about ? make("span", { class: "about" }, sentence.about) : null;
      const text = make("span", { lang: language }, about, about && " ", sentence.text);
      const whole = make("span", {}, text);
      whole.append(this.#marks(sentence, footnotes, (footnote) => whole.after(footnote)));
      return whole;
    }

    #table(rows, footnotes) {
      const made = rows.map((sentence, at) => {
        const cells = sentence.text.split(CELL_BAR).map((cell) => make(at ? "td" : "th", at ? {} : { scope: "col" }, cell));
        const row = make("tr", {}, ...cells);
        const under = (footnote) => row.after(make("tr", { class: "opened" }, make("td", { colspan: cells.length }, footnote)));
        cells[0].append(this.#marks(sentence, footnotes, under));
        return row;
      });
      const language = this.#otherThanOurs(footnotes.get(rows[0].footnotes[0]).document.language);
      const table = make("table", { lang: language }, make("thead", {}, made[0]), make("tbody", {}, ...made.slice(1)));
      return make("div", { class: "table", role: "group", "aria-label": this.#words.table, tabindex: "0" }, table);
    }

    #marks(sentence, footnotes, place) {
      const marks = sentence.footnotes.map((number) => {
        const footnote = footnotes.get(number);
        const label = say(this.#words.footnote, { number, section: sectionLine(footnote.section) });
        const attributes = { class: "mark", "aria-expanded": "false", "aria-label": label };
        const mark = button(attributes, () => this.#toggle(mark, footnote, place), String(number));
        return mark;
      });
      return make("sup", { class: "marks", lang: this.#language }, ...marks);
    }

    /* -- Footnotes -- */

    #toggle(mark, footnote, place) {
      const wasOpen = this.#openMark === mark;
      this.#closeFootnote();
      if (wasOpen) return;
      const shown = this.#footnote(footnote);
      place(shown);
      mark.setAttribute("aria-expanded", "true");
      mark.setAttribute("aria-controls", shown.id);
      this.#openMark = mark;
      shown.scrollIntoView({ block: "nearest" });
    }

    #closeFootnote() {
      if (!this.#openMark) return;
      this.#openMark.setAttribute("aria-expanded", "false");
      const shownId = this.#openMark.getAttribute("aria-controls");
      this.#openMark.removeAttribute("aria-controls");
      this.#openMark = null;
      const shown = this.#talk.querySelector(`#${shownId}`);
      (shown.closest(".opened") ?? shown).remove();
    }

    #footnote(footnote) {
      const { document: source } = footnote;
      const language = this.#otherThanOurs(source.language);
      const [before, exact, after] = exactWords(footnote);
      lastId += 1;
      return make(
        "div",
        { class: "footnote", id: `footnote-${lastId}`, lang: this.#language },
        make("blockquote", { lang: language }, before, exact && make("b", {}, exact), after),
        ...footnote.notes.map((note) => this.#ownNote(note, language)),
        make("p", { class: "source" }, make("cite", { lang: language }, source.title), ...this.#dated(source)),
        make("p", { class: "place", lang: language }, sectionLine(footnote.section)),
        make("p", { class: "open" }, this.#passageLink(footnote)),
      );
    }

    #ownNote(note, language) {
      const label = make("span", { lang: this.#language }, say(this.#words.note, { label: note.label }));
      return make("p", { class: "own-note", lang: language }, label, " ", note.text);
    }

    #dated(source) {
      if (!source.as_of) return [];
      return [`, ${this.#words.asOf} `, make("time", { datetime: source.as_of }, this.#day(source.as_of))];
    }

    #day(date) {
      return new Intl.DateTimeFormat(this.#language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(date));
    }

    #inNewTab() {
      return make("span", { class: "visually-hidden" }, ` ${this.#words.newTab}`);
    }

    #readerAddress(permalink) {
      return new URL(permalink.replace(/^\/+/, ""), this.#server).href;
    }

    #passageAddress(footnote) {
      const page = this.dataset.links === "page" ? webAddress(footnote.document.url ?? "") : null;
      return page ? withDirective(page, footnote.quote) : this.#readerAddress(footnote.permalink);
    }

    #passageLink(footnote) {
      const page = this.dataset.links === "page" ? webAddress(footnote.document.url ?? "") : null;
      const href = this.#passageAddress(footnote);
      if (!page || !isThisPage(page)) {
        const label = page ? this.#words.page : this.#words.reader;
        return make("a", { href, target: "_blank", rel: "noopener" }, label, this.#inNewTab());
      }
      const link = make("a", { href: withDirective(location.href, footnote.quote) }, this.#words.here);
      link.addEventListener("click", (event) => this.#showHere(event, footnote));
      return link;
    }

    /* Where the passage can't be found or coloured, the browser is left to follow the text fragment. */
    #showHere(event, footnote) {
      const range = findOnPage(footnote.quote, footnote.section);
      if (!range) this.#showElsewhere(event.target, footnote);
      else if (highlight(range)) {
        event.preventDefault();
        if (this.#covers(range)) this.#close();
        this.#tell(this.#words.shownHere);
      }
    }

    #covers(range) {
      const [panel, passage] = [this.#panel, range].map((each) => each.getBoundingClientRect());
      return !this.#isInline && passage.right > panel.left && passage.left < panel.right;
    }

    #showElsewhere(link, footnote) {
      if (link.nextSibling) return;
      const attributes = { href: this.#readerAddress(footnote.permalink), target: "_blank", rel: "noopener" };
      const reader = make("a", attributes, this.#words.reader, this.#inNewTab());
      link.after(make("span", { class: "told" }, ` ${this.#words.notHere} `), reader);
      this.#tell(this.#words.notHere);
    }

    /* -- Refusals -- */

    /* *said* are the footnotes of a refusal: what the text says instead. */
    #refusal(refusal, said) {
      const label = this.#words.reasons[refusal.reason];
      const nearest = refusal.nearest.map(({ section, permalink }) => {
        const attributes = { href: this.#readerAddress(permalink), target: "_blank", rel: "noopener" };
        return make("li", {}, make("a", attributes, sectionLine(section), this.#inNewTab()));
      });
      return make(
        "div",
        { class: "refusal" },
        label && make("p", { class: "kicker" }, label),
        make("p", {}, refusal.message),
        ...said.map((footnote) => this.#footnote(footnote)),
        nearest.length ? make("p", { class: "label" }, this.#words.nearest) : null,
        nearest.length ? make("ul", {}, ...nearest) : null,
      );
    }

    /* -- Copying -- */

    #actions(question, reply) {
      const told = make("span", { class: "told" });
      const copy = button({ class: "quiet" }, async () => {
        const done = await this.#copy(this.#asText(question, reply));
        told.textContent = done ? this.#words.copied : this.#words.notCopied;
        this.#tell(told.textContent);
      }, this.#words.copy);
      return make("p", { class: "actions" }, copy, told);
    }

    #asText(question, reply) {
      const footnotes = reply.footnotes.map((footnote) => {
        const { document: source } = footnote;
        const date = source.as_of ? `, ${this.#words.asOf} ${this.#day(source.as_of)}` : "";
        const notes = footnote.notes.map((note) => `\n    ${say(this.#words.note, note)} ${note.text}`).join("");
        const place = `${source.title}${date}: ${sectionLine(footnote.section)}`;
        return `[${footnote.number}] “${footnote.quote}”${notes}\n    ${place}\n    ${this.#passageAddress(footnote)}`;
      });
      return [question, reply.answer, reply.refusal?.message, footnotes.join("\n")].filter(Boolean).join("\n\n");
    }

    /* Pages without TLS have no clipboard but the old one. */
    async #copy(text) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        const holder = make("textarea", { class: "visually-hidden", readonly: true });
        holder.value = text;
        const before = this.shadowRoot.activeElement;
        this.#panel.append(holder);
        holder.select();
        const done = document.execCommand("copy");
        holder.remove();
        before?.focus();
        return done;
      }
    }
  }

  /* ---- One element for each script ---- */

  function targetOf(script) {
    const selector = script.dataset.target;
    try {
      const target = selector ? document.querySelector(selector) : null;
      if (selector && !target) console.warn(`Footnoted: nothing on this page matches data-target="${selector}".`);
      return target;
    } catch {
      console.warn(`Footnoted: data-target="${selector}" is no CSS selector.`);
      return null;
    }
  }

  function put(script) {
    const element = document.createElement(NAME);
    Object.assign(element.dataset, script.dataset);
    element.dataset.server = new URL(".", script.src).href;
    const target = targetOf(script);
    if (target) target.append(element);
    else if (script.dataset.position === "inline" && document.body.contains(script)) script.after(element);
    else document.body.append(element);
  }

  const script = document.currentScript;
  if (!customElements.get(NAME)) customElements.define(NAME, FootnotedWidget);
  if (!script?.src) return;
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => put(script), { once: true });
  else put(script);
})();
