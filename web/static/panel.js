/* The explainer beside the chat (below it on a phone): every link to a passage opens there, and as a page with a modifier key. */

const panel = document.getElementById("panel");
const frame = panel?.querySelector("iframe");
const title = document.getElementById("panel-title");
const asPage = panel?.querySelector(".panel-page");
let opener = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="/read/"]');
  if (!panel || !link || link === asPage || event.defaultPrevented) return;
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || link.target) return;
  if (!link.closest("main, .peek, .about-passage")) return;
  event.preventDefault();
  open(link);
});

panel?.querySelector(".panel-close").addEventListener("click", closePanel);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel && !panel.hidden && !event.defaultPrevented) closePanel();
});

function open(link) {
  const address = new URL(link.href);
  asPage.href = address.pathname + address.search + address.hash;
  address.searchParams.set("frame", "1");
  const conversation = document.querySelector(".page-conversation [name=conversation_id]");
  if (conversation) address.searchParams.set("c", conversation.value);
  frame.src = address.pathname + address.search + address.hash;
  /* A footnote's box goes away with what was in it; its mark stays. */
  opener = link.closest(".peek") ? document.querySelector('[aria-controls="peek"]') : link;
  document.dispatchEvent(new CustomEvent("panel-opens"));
  panel.hidden = false;
  document.body.classList.add("with-panel");
  title.focus({ preventScroll: false });
}

/* Focus goes back to the link that opened the panel, where it is still there. */
export function closePanel() {
  if (!panel || panel.hidden) return;
  panel.hidden = true;
  frame.removeAttribute("src");
  document.body.classList.remove("with-panel");
  if (opener?.isConnected) opener.focus();
  opener = null;
}

frame?.addEventListener("load", () => {
  /* The framed page is ours: Escape closes the panel from inside it too. */
  frame.contentDocument?.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) closePanel();
  });
});
