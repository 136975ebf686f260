// Moments in the time and words of the browser. Without this file they stand in the time of the
// member's country, or in UTC, and say so.
const words = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
document.querySelectorAll("time[data-moment]").forEach((time) => {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) time.textContent = words.format(at);
});
