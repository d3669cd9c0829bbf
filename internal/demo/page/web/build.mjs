// Bundles src/ into ../assets: one script, one stylesheet, the fonts, and the
// licenses of what others made. The same sources and lock file give the same bytes.
import { mkdtemp, readdir, readFile, writeFile, rm, mkdir, copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const here = import.meta.dirname;
const assets = join(here, "..", "assets");
const mostBytes = 1_500_000; // of all together: they are part of the program

async function bundle(out) {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const { metafile } = await build({
    entryPoints: { page: join(here, "src", "main.jsx") }, outdir: out, bundle: true, minify: true, format: "iife", target: "es2022",
    jsx: "automatic", charset: "utf8", legalComments: "none", absWorkingDir: here, logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    // The renderer has its own list of Slack's emoji and asks the other one,
    // which is large, only for what is not on it.
    alias: { "node-emoji": join(here, "src", "noemoji.js") },
    loader: { ".woff2": "file", ".woff": "empty" }, assetNames: "[name]", metafile: true,
  });
  await writeFile(join(out, "licenses.txt"), await licenses(metafile));
  await copyFile(join(here, "src", "index.html"), join(out, "index.html"));
  let size = 0;
  for (const name of await readdir(out)) size += (await readFile(join(out, name))).length;
  if (size > mostBytes) throw new Error(`the page is ${size} bytes, more than ${mostBytes}`);
  return size;
}

// licenses are the words under which others gave what the bundle holds.
async function licenses({ inputs }) {
  const packages = new Set(Object.keys(inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean));
  const byText = new Map();
  for (const name of [...packages].sort()) {
    const dir = join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(dir, "package.json"), "utf8"));
    const file = (await readdir(dir)).sort().find((f) => /^licen[cs]e/i.test(f));
    const text = file ? (await readFile(join(dir, file), "utf8")).replaceAll("\r\n", "\n").trim() : `License: ${license}`;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  return [...byText].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(72)}\n\n`);
}

async function differences(fresh) {
  const names = new Set([...(await readdir(fresh)), ...(await readdir(assets))]);
  const differ = [];
  for (const name of names) {
    const [a, b] = await Promise.all([fresh, assets].map((dir) => readFile(join(dir, name)).catch(() => null)));
    if (!a || !b || !a.equals(b)) differ.push(name);
  }
  return differ.sort();
}

async function main() {
  const { values } = parseArgs({ options: { check: { type: "boolean" } } });
  if (!values.check) {
    console.log(`internal/demo/page/assets: ${((await bundle(assets)) / 1000).toFixed(0)} kB`);
    return;
  }
  const fresh = await mkdtemp(join(tmpdir(), "rootwatch-page-"));
  try {
    await bundle(fresh);
    const differ = await differences(fresh);
    if (differ.length > 0) throw new Error(`${differ.join(", ")} in internal/demo/page/assets is not what the sources make; run internal/demo/page/web/build`);
    console.log("internal/demo/page/assets is current");
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

main().catch((e) => {
  console.error(`page: ${e.message}`);
  process.exit(1);
});
