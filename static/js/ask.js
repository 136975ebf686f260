// While a question is being written: shows what was asked before and is close to it. Without this
// script the same is shown when the form is sent.
const form = document.getElementById("ask");
const place = document.getElementById("similar");
const title = document.getElementById("id_title");
const PAUSE = 600;

if (form && place && title) {
  let timer = 0;
  let asked = title.value;

  const look = async () => {
    const words = title.value.trim();
    if (words === asked || words.length < 10) {
      return;
    }
    asked = words;
    const query = new URLSearchParams({ title: words });
    for (const name of ["case", "gap", "targets"]) {
      const value = form.elements.namedItem(name)?.value;
      if (value) {
        query.set(name, value);
      }
    }
    try {
      const answer = await fetch(`${form.dataset.similar}?${query}`, { credentials: "same-origin" });
      if (answer.ok && words === title.value.trim()) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        place.replaceChildren(...page.body.childNodes);
      }
    } catch {
      // Nothing is shown; the form says it again when it is sent.
    }
  };

  title.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
}
