// Before the first paint, so that a chosen theme does not flash. The system's theme needs nothing.
const theme = localStorage.getItem("theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
