// The texts of one language at a time, each under its French, in the forms of translated models.
document.addEventListener("DOMContentLoaded", () => {
  // Looked for anew each time: an inline adds rows.
  const findRows = () => [...document.querySelectorAll(".form-row")].flatMap((row) => {
    const field = row.querySelector("[class*='mt-field-']");
    const language = field && field.className.match(/mt-field-.*-([a-z]{2})(\s|$)/);
    return language ? [{ row, field, language: language[1] }] : [];
  });
  const rows = findRows();
  const languages = [...new Set(rows.map(({ language }) => language))];
  if (languages.length < 2) return;
  const [source] = languages;
  const tabs = document.createElement("div");
  tabs.className = "language-tabs";
  let shown = source;
  const show = (chosen) => {
    shown = chosen;
    for (const { row, field, language } of findRows()) {
      row.hidden = language !== source && language !== chosen;
      field.lang = language;
      field.dir = ["ar", "fa", "ps"].includes(language) ? "rtl" : "ltr";
    }
    for (const tab of tabs.children) tab.setAttribute("aria-pressed", tab.value === chosen);
  };
  for (const language of languages) {
    const tab = document.createElement("button");
    const faulty = rows.some(({ row, language: its }) => its === language && row.querySelector(".errorlist"));
    tab.type = "button";
    tab.value = tab.lang = language;
    tab.textContent = new Intl.DisplayNames([language], { type: "language" }).of(language) + (faulty ? " ⚠" : "");
    tab.addEventListener("click", () => show(language));
    tabs.append(tab);
  }
  rows[0].row.before(tabs);
  const faulty = rows.find(({ row }) => row.querySelector(".errorlist"));
  show(faulty ? faulty.language : source);
  document.addEventListener("formset:added", () => show(shown));
});
