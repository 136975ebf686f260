// Two comforts of the account's pages: passwords can be shown, and a passkey that fails says so.
const words = document.currentScript.dataset;

for (const input of document.querySelectorAll('input[type="password"]')) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  label.className = "tick";
  box.type = "checkbox";
  box.addEventListener("change", () => { input.type = box.checked ? "text" : "password"; });
  label.append(box, " ", words.show);
  input.after(label);
  // What is sent and remembered by the browser is a password again.
  input.form.addEventListener("submit", () => { input.type = "password"; });
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.querySelector("main h1");
  let note = document.getElementById("passkey-failed");
  if (!note) {
    note = document.createElement("p");
    note.id = "passkey-failed";
    note.className = "note warn";
    note.setAttribute("role", "alert");
    place.after(note);
  }
  note.textContent = words.failed;
});
