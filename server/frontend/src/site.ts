// What every page adds where scripts run: a key for the search box, words of citations that Esc puts away,
// buttons that copy, and whatever the page's own script brings.

const root = document.documentElement;
root.classList.add("js");

const KEY = "duikou.slash";
const wanted = (): boolean => {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
};

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

// "/" leads to the search box; a switch at the foot of the page turns it off (WCAG 2.1.4).
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelectorAll<HTMLElement>(".cited:hover, .cited:focus-within").forEach((c) => c.classList.add("away"));
  }
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !wanted()) return;
  const box = document.querySelector<HTMLInputElement>("#search-box");
  if (box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});

for (const kind of ["pointerout", "focusout"] as const) {
  document.addEventListener(kind, (event) => {
    if (event.target instanceof Element) event.target.closest(".cited.away")?.classList.remove("away");
  });
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button[data-copy]") : null;
  if (!button) return;
  const source = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : null;
  void navigator.clipboard?.writeText(source?.textContent?.trim() ?? button.dataset.copy ?? "").then(() => {
    const said = button.textContent;
    button.textContent = button.dataset.done ?? said;
    setTimeout(() => (button.textContent = said), 1600);
  });
});

const choice = document.querySelector<HTMLInputElement>("#slash");
if (choice) {
  choice.checked = wanted();
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, choice.checked ? "on" : "off");
    } catch {
      // a browser that keeps nothing has the key on
    }
  });
}
