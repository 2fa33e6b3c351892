// Relations that grow: one thing at first; each that is chosen brings at most ten of every tie. Keyboard and
// pointer do the same; what is drawn is also a list; the drawing can be saved as SVG.
import { drag } from "d3-drag";
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationLinkDatum, type SimulationNodeDatum } from "d3-force";
import { select } from "d3-selection";
import { zoom, zoomIdentity, type D3ZoomEvent } from "d3-zoom";

interface Thing { id: string; name: string; kind: string | null; page: string }
interface Ties { property: { id: string; name: string }; direction: "in" | "out"; count: number; things: Thing[] }
interface Told { focus: Thing; ties: Ties[] }
/** `asked` things of each tie have been asked for; `expanded` says that there are no more. */
interface Node extends SimulationNodeDatum, Thing { asked: number; expanded: boolean }
interface Edge extends SimulationLinkDatum<Node> { source: Node; target: Node; name: string; key: string }

const MOST = 400;
/** So many things of each tie come at a time. */
const STEP = 10;
/** So many ties of one thing can be named in the drawing. */
const READABLE = 8;
const SVG = "http://www.w3.org/2000/svg";
const root = document.querySelector<HTMLElement>("#explorer");
const first = document.querySelector("#ties")?.textContent;
if (root && first) {
  const words = JSON.parse(root.dataset.words ?? "{}") as Record<string, string>;
  const begin = element("button", { type: "button" }, words.begin);
  root.before(begin);
  begin.addEventListener("click", () => {
    begin.remove();
    explore(root, JSON.parse(first) as Told, words);
    root.querySelector<SVGGElement>(".node")?.focus();
  });
}

function explore(root: HTMLElement, told: Told, words: Record<string, string>): void {
  const kindNames = JSON.parse(root.dataset.kinds ?? "{}") as Record<string, string>;
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Edge>();
  const hidden = new Set<string>();
  let chosen: Node | null = null;

  root.hidden = false;
  document.querySelector("#drawing")?.remove();
  const svg = root.appendChild(document.createElementNS(SVG, "svg"));
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", words.title ?? "");
  const width = svg.clientWidth || 800;
  const height = svg.clientHeight || 540;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const stage = svg.appendChild(document.createElementNS(SVG, "g"));
  const lines = stage.appendChild(document.createElementNS(SVG, "g"));
  const dots = stage.appendChild(document.createElementNS(SVG, "g"));
  const tools = root.appendChild(document.createElement("div"));
  tools.className = "tools";
  tools.append(element("p", { className: "quiet" }, words.keys));
  const status = tools.appendChild(element("p", {}, ""));
  status.setAttribute("role", "status");
  const detail = tools.appendChild(document.createElement("div"));
  const filters = tools.appendChild(document.createElement("fieldset"));
  const save = tools.appendChild(element("button", { type: "button" }, words.save));
  save.addEventListener("click", () => saveAs(svg));

  const simulation = forceSimulation<Node>()
    .force("charge", forceManyBody().strength(-520))
    .force("link", forceLink<Node, Edge>().distance(150).strength(0.3))
    .force("x", forceX(width / 2).strength(0.035))
    .force("y", forceY(height / 2).strength(0.09))
    .force("collide", forceCollide(34))
    .on("tick", move)
    .stop();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const zooming = zoom<SVGSVGElement, unknown>()
    .scaleExtent([0.2, 5])
    .on("zoom", (event: D3ZoomEvent<SVGSVGElement, unknown>) => stage.setAttribute("transform", String(event.transform)));
  select(svg).call(zooming).on("dblclick.zoom", null);

  function take(told: Told, asked: number): number {
    const before = nodes.size;
    const middle = node(told.focus, null);
    middle.asked = asked;
    middle.expanded = told.ties.every((tie) => tie.count <= (asked || tie.things.length));
    for (const tie of told.ties) {
      for (const thing of tie.things) {
        if (nodes.size >= MOST && !nodes.has(thing.id)) continue;
        const other = node(thing, middle);
        const [source, target] = tie.direction === "out" ? [middle, other] : [other, middle];
        const key = `${source.id} ${tie.property.id} ${target.id}`;
        if (!edges.has(key)) edges.set(key, { source, target, name: tie.property.name, key });
      }
    }
    return nodes.size - before;
  }

  function node(thing: Thing, near: Node | null): Node {
    let found = nodes.get(thing.id);
    if (!found) {
      const turn = nodes.size * 2.4;
      const x = (near?.x ?? width / 2) + Math.cos(turn) * 70 * (near ? 1 : 0);
      const y = (near?.y ?? height / 2) + Math.sin(turn) * 70 * (near ? 1 : 0);
      found = { ...thing, asked: 0, expanded: false, x, y };
      nodes.set(thing.id, found);
    }
    return found;
  }

  const isShown = (n: Node): boolean => !hidden.has(n.kind ?? "");

  function draw(): void {
    const shown = [...nodes.values()].filter(isShown);
    const tied = [...edges.values()].filter((e) => isShown(e.source) && isShown(e.target));
    simulation.nodes(shown);
    simulation.force<ReturnType<typeof forceLink<Node, Edge>>>("link")?.links(tied);
    const line = select(lines).selectAll<SVGGElement, Edge>("g").data(tied, (e) => e.key);
    line.exit().remove();
    const newLine = line.enter().append("g");
    newLine.append("line");
    newLine.append("text").attr("class", "verb").attr("text-anchor", "middle").text((e) => e.name);
    const dot = select(dots).selectAll<SVGGElement, Node>("g").data(shown, (n) => n.id);
    dot.exit().remove();
    const newDot = dot
      .enter()
      .append("g")
      .attr("class", (n) => `node ${n.kind ?? ""}`)
      .attr("tabindex", 0)
      .attr("role", "button")
      .attr("aria-label", (n) => `${n.name}, ${kindNames[n.kind ?? ""] ?? n.kind ?? ""}`)
      .on("click", (_, n) => choose(n))
      .on("dblclick", (_, n) => void expand(n))
      .on("focus", (_, n) => choose(n))
      .on("keydown", (event: KeyboardEvent, n) => key(event, n))
      .call(
        drag<SVGGElement, Node>()
          .on("start", (event, n) => {
            if (!event.active && !still) simulation.alphaTarget(0.2).restart();
            n.fx = n.x;
            n.fy = n.y;
          })
          .on("drag", (event, n) => {
            n.fx = event.x;
            n.fy = event.y;
            if (still) settle();
          })
          .on("end", (event) => {
            if (!event.active) simulation.alphaTarget(0);
          }),
      );
    newDot.append("circle").attr("r", 9);
    newDot.append("text").attr("x", 13).attr("y", 5).text((n) => (n.name.length > 26 ? `${n.name.slice(0, 25)}…` : n.name));
    newDot.append("title").text((n) => n.name);
    select(dots).selectAll<SVGGElement, Node>("g").classed("chosen", (n) => n === chosen);
    verbs();
    settle();
    kinds();
  }

  function settle(): void {
    simulation.alpha(0.9);
    if (still) {
      simulation.stop().tick(200);
      move();
    } else simulation.restart();
  }

  function move(): void {
    select(lines).selectAll<SVGGElement, Edge>("g").each(function (e) {
      const [x1, y1, x2, y2] = [e.source.x ?? 0, e.source.y ?? 0, e.target.x ?? 0, e.target.y ?? 0];
      select(this).select("line").attr("x1", x1).attr("y1", y1).attr("x2", x2).attr("y2", y2);
      select(this).select("text").attr("x", (x1 + x2) / 2).attr("y", (y1 + y2) / 2);
    });
    select(dots).selectAll<SVGGElement, Node>("g").attr("transform", (n) => `translate(${n.x ?? 0},${n.y ?? 0})`);
  }

  /** Shows the names of the chosen one's ties, where they are few enough to be read. */
  function verbs(): void {
    const touches = (e: Edge): boolean => e.source === chosen || e.target === chosen;
    const readable = [...edges.values()].filter(touches).length <= READABLE;
    select(lines).selectAll<SVGGElement, Edge>("g").classed("told", (e) => touches(e)).select("text").attr("visibility", (e) => (readable && touches(e) ? null : "hidden"));
  }

  function choose(n: Node): void {
    chosen = n;
    select(dots).selectAll<SVGGElement, Node>("g").classed("chosen", (other) => other === n);
    verbs();
    const title = element("p", {}, "");
    title.append(element("strong", {}, n.name), ` ${kindNames[n.kind ?? ""] ?? n.kind ?? ""}`);
    const way = element("a", { href: n.page }, words.open);
    const grow = element("button", { type: "button", className: "plain" }, words.expand);
    grow.disabled = n.expanded;
    grow.addEventListener("click", () => void expand(n));
    const less = element("button", { type: "button", className: "plain" }, words.remove);
    less.addEventListener("click", () => remove(n));
    const list = document.createElement("ul");
    for (const e of edges.values()) {
      if (e.source === n) list.append(element("li", {}, `${e.name} → ${e.target.name}`));
      else if (e.target === n) list.append(element("li", {}, `${e.source.name} → ${e.name}`));
    }
    const acts = document.createElement("p");
    acts.append(grow, " ", less, " ", way);
    detail.replaceChildren(title, acts, list);
  }

  async function expand(n: Node): Promise<void> {
    if (n.expanded) return;
    try {
      const answer = await fetch(`${root.dataset.address}?${new URLSearchParams({ focus: n.id, skip: String(n.asked) })}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const more = take((await answer.json()) as Told, n.asked + STEP);
      status.textContent = (words.grown ?? "").replace("{n}", String(more));
      draw();
      choose(n);
    } catch {
      status.textContent = `${n.name}: ${words.failed}`;
    }
  }

  function remove(n: Node): void {
    if (nodes.size < 2) return;
    nodes.delete(n.id);
    for (const [key, e] of edges) if (e.source === n || e.target === n) edges.delete(key);
    const tied = new Set([...edges.values()].flatMap((e) => [e.source, e.target]));
    for (const other of [...nodes.values()]) if (!tied.has(other) && !other.expanded) nodes.delete(other.id);
    chosen = null;
    detail.replaceChildren();
    draw();
    dots.querySelector<SVGGElement>(".node")?.focus();
  }

  function key(event: KeyboardEvent, n: Node): void {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (event.key === "Enter" || event.key === " ") void expand(n);
    else if (event.key === "Delete" || event.key === "Backspace") remove(n);
    else if (step) select(svg).call(zooming.translateBy, step[0] ?? 0, step[1] ?? 0);
    else if (event.key === "+" || event.key === "=") select(svg).call(zooming.scaleBy, 1.25);
    else if (event.key === "-") select(svg).call(zooming.scaleBy, 0.8);
    else if (event.key === "0") select(svg).call(zooming.transform, zoomIdentity);
    else return;
    event.preventDefault();
  }

  function kinds(): void {
    const counts = new Map<string, number>();
    for (const n of nodes.values()) counts.set(n.kind ?? "", (counts.get(n.kind ?? "") ?? 0) + 1);
    const focused = document.activeElement instanceof HTMLInputElement ? document.activeElement.value : null;
    filters.replaceChildren(element("legend", {}, words.kinds));
    for (const [kind, count] of [...counts].sort((a, b) => b[1] - a[1])) {
      const box = element("input", { type: "checkbox", checked: !hidden.has(kind), value: kind }, "");
      box.addEventListener("change", () => {
        if (box.checked) hidden.delete(kind);
        else hidden.add(kind);
        draw();
      });
      const label = document.createElement("label");
      label.append(box, ` ${kindNames[kind] ?? kind} (${count})`);
      filters.append(label, document.createElement("br"));
      if (kind === focused) box.focus();
    }
  }

  take(told, 0);
  draw();
  const start = nodes.get(told.focus.id);
  if (start) choose(start);
}

/** Saves a drawing with the looks it has on the page. */
function saveAs(svg: SVGSVGElement): void {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const here = svg.querySelectorAll("line, text, circle");
  copy.querySelectorAll("line, text, circle").forEach((part, n) => {
    const look = getComputedStyle(here[n] as Element);
    for (const name of ["fill", "stroke", "stroke-width", "stroke-opacity", "font-family", "font-size", "paint-order"]) {
      part.setAttribute(name, look.getPropertyValue(name));
    }
  });
  copy.setAttribute("xmlns", SVG);
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
  const way = element("a", { href: address, download: "duikou-relations.svg" }, "");
  way.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, values: Partial<HTMLElementTagNameMap[K]>, words?: string): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), values);
  if (words) made.textContent = words;
  return made;
}
