// The place box completes what is typed; without this script the server understands the same words.
const box = document.getElementById("id_lieu");
const list = document.createElement("datalist");
const source = document.currentScript.dataset.from;
let timer, request;
list.id = "places";
box.after(list);
box.setAttribute("list", list.id);
box.addEventListener("input", () => {
  clearTimeout(timer);
  request?.abort();
  const typed = box.value.trim();
  if (typed.length < 2) return;
  timer = setTimeout(async () => {
    request = new AbortController();
    try {
      const answer = await fetch(`${source}?lieu=${encodeURIComponent(typed)}`, { signal: request.signal });
      const places = await answer.json();
      list.replaceChildren(...places.map(({ label }) => {
        const option = new Option("", label);
        // Browsers show only what holds the letters typed: "herault" is not in "Hérault (34)".
        if (!label.toLowerCase().includes(typed.toLowerCase())) option.label = `${label} · ${typed}`;
        return option;
      }));
    } catch { /* the form works all the same */ }
  }, 150);
});
