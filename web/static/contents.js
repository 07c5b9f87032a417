/* The list of contents: open beside the text where there is room, and marked at the section that is read. */

const details = document.querySelector(".contents details");
const summary = details?.querySelector("summary");
const wide = matchMedia("(min-width: 66rem)");
const framed = document.body.classList.contains("framed");

/* On a wide screen the stylesheet shows the list whatever its state; the state says so too, and there is nothing to press. */
function settle() {
  const beside = wide.matches && !framed;
  details.open = beside;
  if (beside) summary.tabIndex = -1;
  else summary.removeAttribute("tabindex");
}

if (details) {
  settle();
  wide.addEventListener("change", settle);
  details.addEventListener("click", (event) => {
    if (event.target.closest("a") && !wide.matches) details.open = false;
  });
}

const links = new Map();
for (const link of document.querySelectorAll('.contents ol a[href^="#"]')) {
  const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (section) links.set(section, link);
}

const inSight = new Set();
let current = null;

/* The section that is read is the first of those that stand in the upper part of the window. */
const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) inSight.add(entry.target);
    else inSight.delete(entry.target);
  }
  const read = [...links.keys()].find((section) => inSight.has(section));
  if (read && links.get(read) !== current) mark(links.get(read));
}, { rootMargin: "-10% 0px -70% 0px" });

for (const section of links.keys()) observer.observe(section);

function mark(link) {
  current?.removeAttribute("aria-current");
  current = link;
  link.setAttribute("aria-current", "location");
  if (wide.matches) keepInView(link, link.closest(".contents"));
}

/* scrollIntoView would move the page as well as the list. */
function keepInView(link, list) {
  const at = link.getBoundingClientRect();
  const box = list.getBoundingClientRect();
  if (at.top < box.top) list.scrollTop -= box.top - at.top;
  else if (at.bottom > box.bottom) list.scrollTop += at.bottom - box.bottom;
}
