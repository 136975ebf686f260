// Suggestions under a search box: an ARIA combobox with a list box.
// Without this file the box is a plain field of a plain form.
document.querySelectorAll("input[data-suggest]").forEach((input, number) => {
  const make = (tag, attributes, text = "") => {
    const element = document.createElement(tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.textContent = text;
    return element;
  };
  const set = (name, value) => input.setAttribute(name, value);
  const id = `suggestions-${number}`;
  const list = make("ul", { id, role: "listbox", "aria-label": input.labels[0].textContent });
  const status = make("p", { class: "vh", role: "status" });
  let active, request, timer;

  const move = (to) => {
    active = to;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", i === to));
    if (to < 0) return input.removeAttribute("aria-activedescendant");
    set("aria-activedescendant", list.children[to].id);
  };
  const open = (yes) => {
    list.hidden = !yes;
    set("aria-expanded", yes);
    move(-1);
  };
  const close = () => {
    clearTimeout(timer);
    request?.abort();
    status.textContent = "";
    open(false);
  };
  const go = (option) => location.assign(option.dataset.url);
  const ask = async () => {
    request = new AbortController();
    try {
      const query = new URLSearchParams({ q: input.value });
      const answer = await fetch(`${input.dataset.suggest}?${query}`, { signal: request.signal });
      const { suggestions, message } = await answer.json();
      list.replaceChildren(...suggestions.map(({ label, detail, url }, i) => {
        const option = make("li", { id: `${id}-${i}`, role: "option", "data-url": url });
        option.append(make("b", {}, label), " ", make("small", {}, detail));
        return option;
      }));
      open(suggestions.length > 0);
      status.textContent = message;
    } catch {
      // Typed on, or offline: the form still works.
    }
  };

  // A field of the type "search" may have no other role.
  set("type", "text");
  set("enterkeyhint", "search");
  set("role", "combobox");
  set("autocomplete", "off");
  set("aria-autocomplete", "list");
  set("aria-controls", id);
  input.parentElement.classList.add("combo");
  input.parentElement.append(list, status);
  close();

  input.addEventListener("blur", close);
  input.addEventListener("input", () => {
    close();
    if (input.value.trim()) timer = setTimeout(ask, 150);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") move(active < last ? active + 1 : -1);
    else if (event.key === "ArrowUp") move(active < 0 ? last : active - 1);
    else if (event.key === "Enter" && active >= 0) go(list.children[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => target !== list && go(target.closest("li")));
});
