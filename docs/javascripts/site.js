// What the theme leaves out for people without a mouse, or without a screen.

document.querySelector(".md-search")?.setAttribute("aria-label", "Search");

// A table that is wider than the page scrolls; the arrow keys scroll only what can have the focus.
const scrolls = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
addEventListener("load", () => {
  document.querySelectorAll(".md-typeset__scrollwrap").forEach((wrap) => scrolls.observe(wrap));
});
