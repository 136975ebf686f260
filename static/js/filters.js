// Puts the choices that a button of the filters asks for in their place.
// Without this file the button asks for the page that has them.
const filters = document.getElementById("filters");

filters?.addEventListener("click", async (event) => {
  const button = event.target.closest("button[name=open]");
  if (!button) return;
  event.preventDefault();
  // The numbers are those of the list that is shown, whatever has been ticked since.
  const query = new URLSearchParams(location.search);
  query.append("open", button.value);
  const boxes = (part) => [...part.querySelectorAll("input")];
  try {
    const answer = await fetch(`${filters.action}?${query}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [old, whole] = [document, page].map((each) => each.getElementById(button.value));
    const before = new Map(boxes(old).map((box) => [box.value, box.checked]));
    boxes(whole).forEach((box) => { box.checked = before.get(box.value) ?? box.checked; });
    old.replaceWith(whole);
    boxes(whole).find((box) => !before.has(box.value))?.focus();
  } catch {
    filters.requestSubmit(button);
  }
});
