// The device's own way to share a page; where there is none, the address is copied.
for (const button of document.querySelectorAll("[data-share]")) {
  const url = button.dataset.share;
  if (!navigator.share && !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (navigator.share) {
      // Whoever closes the list of ways to share wants nothing more.
      await navigator.share({ title: document.title, url }).catch(() => {});
    } else {
      await navigator.clipboard.writeText(url);
      button.textContent = button.dataset.shared;
    }
  });
}
