// The car's outline: a tap puts the place into the form below and shows it. "All good here" ticks the good answer of each open line.
(() => {
  const place = document.querySelector("[data-damage] svg");
  const x = document.querySelector("[data-x]");
  const y = document.querySelector("[data-y]");
  if (place && x) {
    const spot = document.createElementNS("http://www.w3.org/2000/svg", "g");
    spot.setAttribute("class", "mk is-now");
    spot.innerHTML = '<circle class="halo" r="17" /><circle r="8" />';
    place.addEventListener("click", (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(place.getScreenCTM().inverse());
      x.value = Math.round(Math.min(500, Math.max(0, point.x)));
      y.value = Math.round(Math.min(440, Math.max(0, point.y)));
      spot.querySelectorAll("circle").forEach((circle) => {
        circle.setAttribute("cx", x.value);
        circle.setAttribute("cy", y.value);
      });
      place.append(spot);
    });
  }
  const all = document.querySelector("[data-all-good]");
  if (all) {
    all.addEventListener("click", () => {
      document.querySelectorAll("#items [data-item]").forEach((item) => {
        if (item.querySelector("input:checked")) return;
        const good = item.querySelector('[data-v="green"] input') || item.querySelector('[data-v="na"] input');
        if (good) good.checked = true;
      });
      const none = document.querySelector('#items input[name="lights"][value="none"]');
      if (none && !document.querySelector('#items input[name="lights"]:checked')) none.checked = true;
    });
  }
})();
