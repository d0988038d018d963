// Sets the theme before the first paint: the cookie's, else the device's. Loaded in <head>, not deferred.
(() => {
  const device = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => (document.cookie.match(/(?:^|; )theme=(light|dark)/) || [])[1];
  const apply = () => {
    document.documentElement.dataset.bsTheme = chosen() || (device.matches ? "dark" : "light");
  };
  apply();
  device.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme]");
    if (!button) return;
    const age = button.dataset.theme ? 31536000 : 0;
    document.cookie = `theme=${button.dataset.theme}; path=/; max-age=${age}; samesite=lax`;
    apply();
  });
})();
