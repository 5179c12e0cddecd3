// Runs before the first paint, so that a chosen theme does not flash. A file, because the page allows no inline script.
(function () {
  try {
    var theme = localStorage.getItem('hot.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.classList.add(theme);
  } catch (ignored) {
    // Storage can be switched off: the system's theme it is.
  }
})();
