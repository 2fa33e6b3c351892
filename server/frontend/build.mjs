// Bundles the scripts and the style sheet into ../static/dist: minified, named after their content, without
// source maps, with the licences of what is inside and a manifest of what is where.
import { build } from "esbuild";
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

const licences = [...packages].sort().map((name) => {
  const folder = join("node_modules", name);
  const told = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : `Licence: ${told.license}`;
  return `${name} ${told.version} (${told.license})\n\n${text}\n`;
});
writeFileSync(join(out, "LICENCES.txt"), `The scripts of these pages contain the following packages.\n\n${licences.join("\n" + "-".repeat(72) + "\n\n")}`);
writeFileSync(join(out, "manifest.json"), JSON.stringify(files, null, 1) + "\n");
