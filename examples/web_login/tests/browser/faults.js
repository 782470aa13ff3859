const faults = [];
const root = document.documentElement;

if (!document.title.trim()) faults.push("no title");
if (!root.lang) faults.push("no language");
if (document.compatMode !== "CSS1Compat") faults.push("no doctype");
if (document.querySelectorAll("h1").length !== 1) faults.push("not one heading");
if (!document.querySelector("meta[name=viewport]")) faults.push("no viewport");
if (root.scrollWidth > innerWidth) faults.push(`wider than the window: ${root.scrollWidth} of ${innerWidth}`);
if (getComputedStyle(document.querySelector("main")).borderRadius === "0px") faults.push("the style is not applied");

const dark = matchMedia("(prefers-color-scheme: dark)").matches;
const colour = (text) => {
  const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
  return { channels: [red, green, blue], alpha };
};
const luminance = ({ channels }) => {
  const [red, green, blue] = channels.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one, other) => {
  const [light, dim] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dim + 0.05);
};
const background = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const found = colour(getComputedStyle(at).backgroundColor);
    if (found.alpha === 1) return found;
  }
  return { channels: [255, 255, 255], alpha: 1 };
};
if ((luminance(background(document.body)) < 0.2) !== dark) faults.push("not in the scheme that the user prefers");

for (const icon of document.querySelectorAll("svg")) {
  if (![...icon.children].every((part) => part.getBBox().height > 0 && !part.children.length)) faults.push("broken icon");
}

const shown = (element) => element.getClientRects().length > 0;
for (const element of document.querySelectorAll("body *")) {
  const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!shown(element) || !(text || element.tagName === "svg")) continue;
  const ratio = contrast(colour(getComputedStyle(element).color), background(element));
  const needed = text ? 4.5 : 3;
  if (ratio < needed) faults.push(`contrast ${ratio.toFixed(2)} of <${element.tagName}> ${element.textContent}`);
  const box = element.getBoundingClientRect();
  if (box.left < 0 || box.right > innerWidth) faults.push(`<${element.tagName}> reaches beyond the window`);
}

for (const target of document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")) {
  const box = target.getBoundingClientRect();
  if (box.width < 24 || box.height < 24) faults.push(`target of ${box.width} x ${box.height}: ${target.textContent}`);
  target.focus({ focusVisible: true, preventScroll: true });
  const style = getComputedStyle(target);
  if (document.activeElement !== target) faults.push(`cannot be focused: ${target.textContent}`);
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) faults.push(`no focus ring: ${target.textContent}`);
  if (contrast(colour(style.outlineColor), background(target.parentElement)) < 3) faults.push("faint focus ring");
  target.blur();
}
return faults;
