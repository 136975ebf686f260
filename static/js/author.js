// Comforts of the form in which a case is written: rows without a new page, saving by itself,
// counting words, finding targets. Without this file everything works with the buttons. Times are written
// by `hours` of moments.js, which every page of the form loads before.
const form = document.getElementById("section-form");
const state = document.getElementById("save-state");
const say = state.dataset;
const key = `draft:${form.dataset.person}:${location.pathname}`;
const WAIT = 3000; // after the last key
const WITHOUT_BLANKS = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Tibetan}\p{Script=Myanmar}\p{Script=Khmer}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const RETRY = 15000; // after a failure
const IGNORED = ["csrfmiddlewaretoken", "find_words", "find_goal"];
let dirty = Boolean(form.dataset.unsaved);
// A person has to decide first: two texts are shown on this page.
let stopped = Boolean(document.querySelector("[data-discard]"));
let timer, request;

// What the form holds

// What is pasted is looked at on a page of its own before it becomes rows.
const isIgnored = (name = "") => IGNORED.includes(name) || name.startsWith("paste-");
const entries = () => [...new FormData(form)].filter(([name]) => !isIgnored(name));
const typed = () => JSON.stringify(entries().filter(([name]) => name !== "seen"));

// What was said, without separators of numbers and without empty rows: those are no text.
const said = (all) => {
  const fields = [];
  const rows = {};
  for (const [name, value] of all) {
    const text = String(value).replace(/[,\s]/g, "");
    if (!text || name === "seen" || name.endsWith("_FORMS")) continue;
    const [, list, number, column] = name.match(/^(\w+)-(\d+)-(\w+)$/) || [];
    if (list) ((rows[list] ||= {})[number] ||= []).push([column, text]);
    else fields.push([name, text]);
  }
  return JSON.stringify([fields, Object.entries(rows).map(([list, of]) => [list, Object.values(of)])]);
};
let lastSaid = dirty ? null : said(entries());
let lastShown = state.textContent;

const show = (text, bad = false) => {
  state.textContent = text;
  state.dataset.state = bad ? "bad" : "";
};

const keep = (sent = false) => {
  try {
    localStorage.setItem(key, JSON.stringify({ entries: entries(), seen: form.elements.seen.value, sent }));
  } catch {
    // Full or switched off: the page still holds the text.
  }
};
const forget = () => {
  try {
    localStorage.removeItem(key);
  } catch {
    // As above.
  }
};

// Saving by itself

const changed = () => {
  if (said(entries()) === lastSaid && !request) {
    // An empty row, or a word that was taken back: nothing is left to be saved.
    clearTimeout(timer);
    dirty = false;
    forget();
    return show(lastShown);
  }
  dirty = true;
  keep();
  if (stopped) return;
  show(say.unsaved);
  later(WAIT);
};
const later = (wait) => {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
};

const save = async () => {
  if (!dirty || stopped) return;
  if (request) return later(WAIT);
  const sent = typed();
  const sentText = said(entries());
  show(say.saving);
  request = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      redirect: "error",
    });
    const kind = answer.headers.get("Content-Type") || "";
    if (!kind.startsWith("application/json")) {
      // A web server in front may refuse what is too large before it is read.
      const hopeless = answer.status === 413;
      show(hopeless ? say.large : say.failed, true);
      if (!hopeless) later(RETRY);
    } else {
      answered(await answer.json(), sent, sentText);
    }
  } catch {
    show(navigator.onLine ? say.failed : say.offline, true);
    later(RETRY);
  } finally {
    request = false;
  }
};

const answered = (answer, sent, sentText) => {
  if (answer.token) form.elements.csrfmiddlewaretoken.value = answer.token;
  if (answer.seen) form.elements.seen.value = answer.seen;
  if (answer.computed) compute(answer.computed);
  if (answer.understood) echo(answer.understood);
  for (const [list, text] of Object.entries(answer.sums || {})) {
    form.querySelector(`[data-sum="${list}"]`).textContent = text;
  }
  if (answer.doubts) doubt(answer.doubts);
  if (answer.state === "saved") {
    clearErrors();
    lastSaid = sentText;
    // The time of the browser, not of the server.
    lastShown = say.saved.replace("%s", hours.format(new Date()));
    dirty = typed() !== sent;
    if (dirty) return changed();
    forget();
    show(lastShown);
  } else if (answer.state === "expired") {
    // The new token is in the form: at once again.
    later(0);
  } else if (answer.state === "busy") {
    show(answer.message, true);
    later(RETRY);
  } else if (answer.state === "signed-out") {
    show(say.signedOut, true);
    const link = document.createElement("a");
    Object.assign(link, { href: answer.login, target: "_blank", textContent: say.login });
    state.append(" ", link);
    later(RETRY);
  } else if (answer.state === "invalid") {
    show(answer.message, true);
    lastSaid = null;
    showErrors(answer.errors, answer.message);
  } else if (answer.state === "large") {
    show(say.large, true);
  } else {
    stopped = true;
    show(answer.state === "conflict" ? say.conflict : answer.message, true);
  }
};

// How numbers, dates and links were understood
const echo = (understood) => {
  form.querySelectorAll("output.echo").forEach((output) => {
    const text = understood[output.id.replace(/_echo$/, "")] || "";
    if (output.textContent !== text) output.textContent = text;
  });
};

// What should be looked at again, beside the inputs and below the headings of lists
const unfold = (field) => field.closest("details.fold")?.setAttribute("open", "");
const doubt = (doubts) => {
  form.querySelectorAll(".doubts").forEach((list) => list.remove());
  for (const [id, messages] of Object.entries(doubts)) {
    const place = document.getElementById(id);
    if (!place) continue;
    const list = document.createElement("ul");
    list.className = "doubts";
    list.append(...messages.map((message) => Object.assign(document.createElement("li"), { textContent: message })));
    const field = place.closest(".field");
    if (field) {
      field.append(list);
      unfold(field);
    }
    else place.after(list);
  }
};

const clearErrors = (still = []) => {
  wrong = still;
  // Those that came with the page say what was wrong when it was sent: what still is, stays.
  const summary = document.getElementById("err-title")?.closest(".errors");
  const lines = [...(summary?.querySelectorAll("li") || [])];
  const over = lines.filter((line) => !still.some(({ id }) => line.querySelector("a").hash === `#${id}`));
  const gone = over.length === lines.length ? [summary] : over;
  if (gone.some((each) => each?.contains(document.activeElement))) state.focus();
  gone.forEach((each) => each?.remove());
  form.querySelectorAll(".errorlist").forEach((list) => {
    list.closest(".field, .entry")?.classList.remove("has-err");
    list.closest(".field")?.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
    list.remove();
  });
  form.querySelectorAll("[data-live-error]").forEach((note) => {
    const input = document.getElementById(note.dataset.liveError);
    input?.removeAttribute("aria-invalid");
    note.closest(".field")?.classList.remove("has-err");
    note.remove();
  });
};
let wrong = [];
const showErrors = (errors, message) => {
  clearErrors(errors);
  document.getElementById("err-title")?.replaceChildren(message);
  for (const error of errors) showError(error);
};
const showError = ({ id, message }) => {
  const input = document.getElementById(id);
  const field = input?.closest(".field");
  // Who is still typing in it is told on leaving it.
  if (!field || input === document.activeElement || field.querySelector("[data-live-error]")) return;
  const note = document.createElement("p");
  note.className = "err";
  note.dataset.liveError = id;
  note.textContent = message;
  field.classList.add("has-err");
  input.setAttribute("aria-invalid", "true");
  input.before(note);
  unfold(field);
};
form.addEventListener("focusout", ({ target }) => {
  // After the focus has moved on.
  setTimeout(() => wrong.filter(({ id }) => id === target.id).forEach(showError));
});

const compute = (rows) => {
  const list = form.querySelector("[data-computed]");
  list.replaceChildren(...rows.map(({ label, value, how }) => {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const data = document.createElement("dd");
    term.textContent = label;
    if (value) {
      const figure = document.createElement("b");
      const note = document.createElement("span");
      figure.textContent = value;
      note.className = "quiet";
      note.textContent = how;
      data.append(figure, " ", note);
    } else {
      data.className = "unk";
      data.textContent = how;
    }
    row.append(term, data);
    return row;
  }));
};

form.addEventListener("input", ({ target }) => {
  if (isIgnored(target.name)) return;
  count(target);
  changed();
});
form.addEventListener("submit", (event) => {
  // The page that comes says what became of it; until then the text stays in the browser.
  if (dirty) keep(true);
  dirty = false;
  stopped = true;
  clearTimeout(timer);
  // Removing the buttons' power at once would also remove which one was pressed.
  setTimeout(() => document.querySelectorAll("button[name='then']").forEach((button) => { button.disabled = true; }));
});
addEventListener("pageshow", ({ persisted }) => {
  // Back again: the buttons work once more.
  if (!persisted) return;
  stopped = false;
  document.querySelectorAll("button[name='then']").forEach((button) => { button.disabled = false; });
});
addEventListener("online", () => later(0));
addEventListener("focus", () => dirty && !stopped && later(500));
addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});
document.querySelector("[data-discard]")?.addEventListener("click", () => {
  dirty = false;
  forget();
});

// Text that an earlier page could not save: the server puts it back into the form.

const offer = () => {
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem(key));
  } catch {
    return;
  }
  if (!kept) return;
  const same = said(kept.entries) === said(entries());
  const failed = document.querySelector(".errors");
  const saved = kept.sent && kept.seen !== form.elements.seen.value && !failed;
  if (saved || (same && !dirty)) return forget();
  if (same || failed) return;
  const note = document.createElement("div");
  const text = document.createElement("p");
  const acts = document.createElement("p");
  note.className = "note warn stack";
  note.setAttribute("role", "status");
  text.textContent = say.kept;
  acts.className = "acts";
  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn alt sm";
    made.textContent = label;
    made.addEventListener("click", act);
    acts.append(made);
  };
  button(say.back, () => {
    const again = document.createElement("form");
    again.method = "post";
    again.action = form.action;
    again.hidden = true;
    const token = ["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value];
    for (const [name, value] of [token, ["row", "show"], ...kept.entries]) {
      const area = document.createElement("textarea");
      area.name = name;
      area.value = value;
      again.append(area);
    }
    dirty = false;
    document.body.append(again);
    again.submit();
  });
  button(say.away, () => {
    forget();
    note.remove();
  });
  note.append(text, acts);
  form.prepend(note);
};

// Counting words, and the characters that are too many

const count = (input) => {
  if (!input.dataset?.most || !input.id) return;
  const over = [...input.value].length - Number(input.dataset.most);
  let note = document.getElementById(`${input.id}-count`);
  if (input.tagName !== "TEXTAREA" && over <= 0) return note?.remove();
  if (!note) {
    note = document.createElement("p");
    note.id = `${input.id}-count`;
    input.after(note);
  }
  const text = input.value.trim();
  note.className = over > 0 ? "count bad" : "count";
  if (over > 0) note.textContent = say.over.replace("%s", over);
  // Thai, Lao, Tibetan, Burmese, Khmer, Chinese and Japanese write no blanks between words.
  else if ((text.match(WITHOUT_BLANKS) || []).length > text.length / 4) note.textContent = say.characters.replace("%s", [...text].length);
  else note.textContent = say.words.replace("%s", text ? text.split(/\s+/).length : 0);
};

// Rows: added, removed and moved in the page

const number = (section) => {
  const name = section.dataset.rows;
  const list = section.querySelector("[data-list]");
  const rows = [...list.querySelectorAll(".entry")];
  rows.forEach((row, i) => {
    const rename = (text) => text
      .replaceAll(new RegExp(`${name}-(\\d+|__prefix__)`, "g"), `${name}-${i}`)
      .replace(new RegExp(`^(up|down|remove):${name}:(\\d+|__prefix__)$`), `$1:${name}:${i}`);
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const attribute of ["id", "name", "for", "aria-describedby", "value"]) {
        const value = element.getAttribute(attribute);
        if (value && (attribute !== "value" || element.tagName === "BUTTON")) element.setAttribute(attribute, rename(value));
      }
    }
    for (const count of row.querySelectorAll("[data-count]")) count.replaceChildren(String(i + 1));
    row.querySelector("[data-row='up']").disabled = i === 0;
    row.querySelector("[data-row='down']").disabled = i === rows.length - 1;
  });
  form.elements[`${name}-TOTAL_FORMS`].value = rows.length;
  const full = rows.length >= Number(section.dataset.most);
  const add = section.querySelector("[data-row='add']");
  if (add) {
    add.disabled = full;
    section.querySelector("[data-full]").hidden = !full;
  }
  section.querySelector("[data-none]")?.toggleAttribute("hidden", rows.length > 0);
  return rows;
};

const insert = (section) => {
  const row = section.querySelector("template").content.cloneNode(true).firstElementChild;
  section.querySelector("[data-list]").append(row);
  number(section);
  return row;
};

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row]");
  if (!button) return;
  event.preventDefault();
  const section = button.closest("[data-rows]");
  const row = button.closest(".entry");
  const act = button.dataset.row;
  if (act === "add") {
    insert(section).querySelector("input:not([type='hidden']), select, textarea").focus();
  } else if (act === "remove") {
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    number(section);
    (next?.classList.contains("entry") ? next : section.querySelector("h2")).focus();
    marked();
  } else {
    const other = act === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (act === "up") other.before(row); else other.after(row);
    number(section);
    button.disabled ? row.focus() : button.focus();
  }
  changed();
});

// Targets: found while typing, added without a new page

const picker = document.getElementById("picker");
const chosen = () => [...form.querySelectorAll("[name^='contributions-'][name$='-target']")].map((input) => input.value);

const marked = () => {
  if (!picker) return;
  const codes = chosen();
  document.querySelectorAll("[data-add-target]").forEach((button) => {
    button.disabled = codes.includes(button.dataset.addTarget) || codes.length >= 7;
  });
};

if (picker) {
  // Enter searches without a new page below, so that elsewhere it can save as in every section.
  const enter = form.querySelector("[data-enter]");
  Object.assign(enter, { name: "then", value: "stay" });
  enter.removeAttribute("formaction");
  const words = picker.querySelector("#find_words");
  const goal = picker.querySelector("#find_goal");
  const found = picker.querySelector("[data-found]");
  const message = picker.querySelector("[data-message]");
  let asking, wait;

  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    return element;
  };
  const item = ({ code, goal: of, label, text }) => {
    const li = document.createElement("li");
    const line = make("p", "chosen", "");
    const badge = make("span", "code", code);
    const said = document.createElement("span");
    const acts = make("p", "acts", "");
    const add = make("button", "btn alt sm", picker.dataset.add);
    badge.dataset.g = of;
    said.append(make("b", "", label), document.createElement("br"), text);
    line.append(badge, " ", said);
    add.type = "button";
    Object.assign(add.dataset, { addTarget: code, label, text });
    add.append(make("span", "vh", ` ${code}`));
    acts.append(add);
    li.append(line, acts);
    return li;
  };
  const find = async () => {
    asking?.abort();
    asking = new AbortController();
    const query = new URLSearchParams({ q: words.value, goal: goal.value });
    if (!words.value.trim() && !goal.value) {
      found.replaceChildren();
      message.textContent = "";
      return;
    }
    try {
      const answer = await fetch(`${picker.dataset.targets}?${query}`, { signal: asking.signal });
      const { targets, message: text } = await answer.json();
      found.replaceChildren(...targets.map(item));
      message.textContent = text;
      marked();
    } catch {
      // Typed on, or offline: the button still works.
    }
  };
  words.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(find, 200);
  });
  goal.addEventListener("change", find);
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    find();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-target]");
    if (!button) return;
    event.preventDefault();
    const section = form.querySelector("[data-rows='contributions']");
    const { addTarget: code, label, text } = button.dataset;
    if (chosen().includes(code) || chosen().length >= Number(section.dataset.most)) return;
    const row = insert(section);
    row.querySelector("[name$='-target']").value = code;
    const radio = row.querySelector("[type='radio']");
    radio.value = code;
    radio.checked = chosen().length === 1;
    const badge = row.querySelector(".code");
    badge.textContent = code;
    badge.dataset.g = code.split(".")[0];
    row.querySelector("[data-code]").textContent = code;
    row.querySelector("[data-label]").textContent = label;
    row.querySelector("[data-text]").textContent = text;
    row.querySelectorAll(".acts .vh").forEach((hidden) => { hidden.textContent = `: ${code}`; });
    row.querySelector("textarea").focus();
    marked();
    changed();
  });
}

form.querySelectorAll("[data-rows]").forEach(number);
form.querySelectorAll("textarea[data-most]").forEach(count);
marked();
offer();
// What is right was saved before a page came that says what is wrong.
if (dirty && !stopped && !document.querySelector(".errors")) later(WAIT);
document.querySelector(".errors")?.focus();
