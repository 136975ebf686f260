// Moments in the time and words of the browser. Without this file they stand in the time of the
// member's country, or in UTC, and say so.
// English as in citynet/formats/en: 30 November 2026, 09:00.
const lang = document.documentElement.lang.replace(/^en$/, "en-GB");
const days = new Intl.DateTimeFormat(lang, { dateStyle: "long" });
const hours = new Intl.DateTimeFormat(lang, { timeStyle: "short" });
document.querySelectorAll("time[data-moment]").forEach((time) => {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) time.textContent = `${days.format(at)}, ${hours.format(at)}`;
});
