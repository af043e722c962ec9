// What people type in a form of the admin stays theirs. Coming back to a form, a browser fetches it anew and lays over it
// what was typed on an older one: that would be saved over what others wrote since, so it is asked not to. And it asks
// before it leaves a form in which something was typed.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("#content form[method=post]:is([id$='_form'], .typed)");
  if (!form) return;
  form.autocomplete = "off";
  const typed = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));
  let saved, isSent = false;
  // Later than the scripts of the widgets, which fill in some fields. What was refused is not saved.
  addEventListener("load", () => { saved = form.querySelector(".errornote, .merge") ? "" : typed(); });
  form.addEventListener("submit", (event) => { isSent = event.submitter?.formTarget !== "_blank"; });
  addEventListener("beforeunload", (event) => {
    if (saved !== undefined && !isSent && typed() !== saved) event.preventDefault();
  });
});
