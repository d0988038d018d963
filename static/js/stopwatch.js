// A job's working time counts on while it runs; the server knows the true one.
(() => {
  const clock = document.querySelector("[data-stopwatch][data-running]");
  if (!clock) return;
  const began = Date.now() - Number(clock.dataset.stopwatch) * 1000;
  const two = (number) => String(number).padStart(2, "0");
  setInterval(() => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    clock.textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }, 1000);
})();
