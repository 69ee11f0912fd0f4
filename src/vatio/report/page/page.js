"use strict";
// Reads a curve at the pointer or the slider. Without this script the page says the same by its tables.
for (const figure of document.querySelectorAll("figure.power")) {
  const data = figure.querySelector('script[type="application/json"]');
  const reader = figure.querySelector(".reader");
  if (!data || !reader) continue;
  const curve = JSON.parse(data.textContent);
  const plot = figure.querySelector(".plot");
  const cursor = plot.querySelector(".cursor");
  const slider = reader.querySelector("input");
  const out = reader.querySelector("output");
  const edges = curve.edges;
  const length = edges[edges.length - 1];

  const watts = (power) => (power >= 100 ? power.toFixed(0) : power.toFixed(1)).replace(".", curve.decimal);
  const clock = (seconds) => {
    const whole = Math.floor(seconds);
    const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return (parts[0] ? parts : parts.slice(1)).map((part) => String(part).padStart(2, "0")).join(":");
  };
  const say = (at) => {
    if (curve.mean[at] === null) return `${clock(edges[at])}  ${curve.unknown}`;
    const parts = curve.parts.map(([name, powers]) => `${name} ${watts(powers[at])}`).join(", ");
    return `${clock(edges[at])}  ${watts(curve.mean[at])} W (${watts(curve.low[at])}–${watts(curve.high[at])}): ${parts}`;
  };
  const show = (at) => {
    const x = `${(((edges[at] + edges[at + 1]) / 2 / length) * 100).toFixed(2)}%`;
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");
    slider.value = at;
    out.value = say(at);
    slider.setAttribute("aria-valuetext", out.value);
  };
  const nearest = (seconds) => {
    let at = 0;
    while (at < curve.mean.length - 1 && edges[at + 1] <= seconds) at += 1;
    return at;
  };
  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    show(nearest(((event.clientX - box.left) / box.width) * length));
  });
  plot.addEventListener("pointerleave", () => cursor.setAttribute("visibility", "hidden"));
  slider.addEventListener("input", () => show(Number(slider.value)));
  reader.hidden = false;
}
