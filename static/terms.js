// A glossary term opens its meaning in place; without this script, or in an old browser, its link leads to the glossary.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.term");
  const tip = link && document.getElementById(link.dataset.tip);
  if (!tip || !tip.showPopover || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  tip.showPopover();
  const place = link.getBoundingClientRect();
  const left = Math.min(place.left, innerWidth - tip.offsetWidth - 8);
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${place.bottom + tip.offsetHeight + 8 > innerHeight ? place.top - tip.offsetHeight - 6 : place.bottom + 6}px`;
});
