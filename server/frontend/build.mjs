// Bundles the scripts and the style sheet into ../static/dist: minified, named after their content, without
// source maps, with the licences of what is inside and a manifest of what is where.
import { build } from "esbuild";
import { geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

const out = resolve("../static/dist");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const scripts = readdirSync("src").filter((f) => f.endsWith(".ts") && !f.startsWith("_"));
const shared = { bundle: true, minify: true, metafile: true, outdir: out, entryNames: "[name]-[hash]", logLevel: "warning" };
const results = await Promise.all([
  build({
    ...shared,
    entryPoints: scripts.map((f) => join("src", f)),
    format: "esm",
    splitting: true,
    target: "es2022",
    chunkNames: "part-[hash]",
    legalComments: "none",
  }),
  build({ ...shared, entryPoints: ["../static/style/duikou.css"], target: ["chrome109", "firefox115", "safari16"] }),
]);

const files = {};
const packages = new Set();
for (const { metafile } of results) {
  for (const [path, output] of Object.entries(metafile.outputs)) {
    for (const input of Object.keys(output.inputs)) {
      const found = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/);
      if (found) packages.add(found[1]);
    }
    if (!output.entryPoint) continue;
    const parts = output.imports.filter((i) => i.kind === "import-statement").map((i) => basename(i.path));
    files[basename(output.entryPoint).replace(/\.ts$/, ".js")] = { file: basename(path), parts };
  }
}

// The land of the earth, without any border, in the projection that server/pages/mapping.py puts points into.
const atlas = JSON.parse(readFileSync("node_modules/world-atlas/land-50m.json", "utf8"));
const outline = relative(geoPath(geoEqualEarth().scale(1000).translate([0, 0])).digits(2)(feature(atlas, atlas.objects.land)));
const land = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2800 -1400 5600 2800" width="5600" height="2800"><path d="${outline}" fill="#7d8f86" fill-opacity=".28"/></svg>\n`;
const name = `land-${createHash("sha256").update(land).digest("hex").slice(0, 8).toUpperCase()}.svg`;
writeFileSync(join(out, name), land);
files["land.svg"] = { file: name, parts: [] };
packages.add("world-atlas");

/** Returns a path in whole units and relative steps, without islands that are smaller than two units. */
function relative(path) {
  let drawn = "";
  for (const ring of path.split("M").slice(1)) {
    const points = [];
    for (const pair of ring.replace(/Z$/, "").split("L")) {
      const [x, y] = pair.split(",").map(Math.round);
      const last = points.at(-1);
      if (!last || last[0] !== x || last[1] !== y) points.push([x, y]);
    }
    const size = (axis) => Math.max(...points.map((p) => p[axis])) - Math.min(...points.map((p) => p[axis]));
    if (points.length < 3 || Math.max(size(0), size(1)) < 2) continue;
    drawn += `M${points[0]}l` + points.slice(1).map((p, i) => `${p[0] - points[i][0]},${p[1] - points[i][1]}`).join(" ") + "z";
  }
  return drawn;
}

const licences = [...packages].sort().map((name) => {
  const folder = join("node_modules", name);
  const told = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : `Licence: ${told.license}`;
  return `${name} ${told.version} (${told.license})\n\n${text}\n`;
});
writeFileSync(join(out, "LICENCES.txt"), `The scripts and the map of these pages contain the following packages. The land is from Natural Earth (public domain).\n\n${licences.join("\n" + "-".repeat(72) + "\n\n")}`);
writeFileSync(join(out, "manifest.json"), JSON.stringify(files, null, 1) + "\n");
