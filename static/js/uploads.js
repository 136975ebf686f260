// Photos and files: sent one at a time, with how far each is. Without this file one form sends them all.
for (const form of document.querySelectorAll("[data-uploads]")) {
  const input = form.querySelector("input[type='file']");
  const place = form.querySelector("[data-progress]");

  const send = (file) => new Promise((done) => {
    const line = document.createElement("p");
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    const name = form.dataset.sending.replace("%s", file.name);
    bar.setAttribute("aria-label", name);
    line.append(name, " ", bar);
    place.append(line);
    const fail = (text) => {
      line.className = "err";
      line.textContent = text;
      done(false);
    };
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => { bar.value = total ? loaded / total : 0; });
    request.addEventListener("error", () => fail(`${file.name}: ${form.dataset.failed}`));
    request.addEventListener("load", () => {
      if (request.response?.errors) return done(true);
      fail(request.response?.message || `${file.name}: ${form.dataset.failed}`);
    });
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("upload", file);
    request.send(data);
  });

  form.addEventListener("submit", async (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    place.replaceChildren();
    let failed = 0;
    for (const file of input.files) failed += !(await send(file));
    button.disabled = false;
    // The page that comes has what was added, and says what was refused; what did not arrive is said here.
    if (!failed) location.reload();
    else input.value = "";
  });
}
