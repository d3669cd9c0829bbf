// Golden Block Kit JSON in, pictures out.
import { readFile, writeFile, mkdir, mkdtemp, rm, access } from "node:fs/promises";
import { constants } from "node:fs";
import { tmpdir } from "node:os";
import { join, delimiter } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import puppeteer from "puppeteer-core";
import sharp from "sharp";

const root = join(import.meta.dirname, "..", "..");
const goldens = join(root, "bot", "slack", "testdata");
const width = 680; // CSS pixels, a Slack window on a laptop
const mostBytes = 180_000;

// What docs/messages shows. Answers to slash commands are seen by whoever
// asked alone; the digest comes at 08:00, the rest soon after the golden
// files' instant, 22 Nov 2026 04:46 UTC.
const command = { private: true, at: "2026-11-22T04:47:00Z" };
const alert = { at: "2026-11-22T04:50:00Z" };
const home = { home: true, at: "2026-11-22T04:50:00Z" };
const morning = { at: "2026-11-22T08:00:00Z" };
const pictures = {
  root_fail: command,
  root_mixed: command,
  root_pass: command,
  root_dark: command,
  fleet: command,
  pending: command,
  trouble_suggest: command,
  help: command,
  spend_account: command,
  spend_all: command,
  digest: morning,
  digest_quiet: morning,
  digest_first: morning,
  spike_list: morning,
  spike: alert,
  spike_first_spend: alert,
  spike_picture: alert,
  spike_acknowledged: alert,
  spike_reply_acknowledged: alert,
  spike_over_acknowledged: alert,
  spike_over: alert,
  home,
  home_quiet: home,
};
const alsoDark = ["spike", "spike_picture", "digest", "home"];

// The files that golden messages show, which Slack would have.
const files = { F0SPIKE0001: "picture_spike.png" };

async function main() {
  const { values, positionals } = parseArgs({ options: { out: { type: "string" }, dark: { type: "boolean" } }, allowPositionals: true });
  if (positionals.length > 0 && !values.out) throw new Error("name a directory with --out to draw single golden files");
  const out = values.out ?? join(root, "docs", "messages");
  await mkdir(out, { recursive: true });
  const jobs = positionals.length > 0
    ? positionals.map((name) => ({ name, file: name, theme: values.dark ? "dark" : "light", ...(pictures[name] ?? alert) }))
    : listed();
  const profile = await mkdtemp(join(tmpdir(), "rootwatch-pictures-"));
  try {
    const browser = await open(profile);
    try {
      for (const job of jobs) await draw(browser, job, out, !values.out);
    } finally {
      await browser.close();
    }
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}

function listed() {
  const light = Object.entries(pictures).map(([name, how]) => ({ name, file: name, theme: "light", ...how }));
  const dark = alsoDark.map((name) => ({ name, file: `${name}_dark_theme`, theme: "dark", ...pictures[name] }));
  return [...light, ...dark];
}

async function chromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]) {
    for (const dir of process.env.PATH.split(delimiter)) {
      const path = join(dir, name);
      if (await access(path, constants.X_OK).then(() => true, () => false)) return path;
    }
  }
  throw new Error("no Chromium on the PATH; name one in CHROMIUM");
}

async function open(profile) {
  return puppeteer.launch({
    executablePath: await chromium(),
    userDataDir: profile,
    defaultViewport: { width, height: 800, deviceScaleFactor: 2 },
    // It shows our own page alone and reaches no network, so it does without
    // the sandbox, which root and most containers cannot have.
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb",
      "--font-render-hinting=none", "--disable-lcd-text", "--lang=en-US"],
  });
}

let bundled;
async function bundle() {
  bundled ??= build({
    entryPoints: [join(import.meta.dirname, "page.jsx")], bundle: true, write: false, outdir: "/", format: "iife", jsx: "automatic", minify: true,
    loader: { ".woff": "empty", ".woff2": "dataurl" }, define: { "process.env.NODE_ENV": '"production"' }, logLevel: "error",
  });
  const { outputFiles } = await bundled;
  const text = (end) => outputFiles.find((f) => f.path.endsWith(end)).text;
  return { script: text(".js"), style: text(".css") };
}

async function draw(browser, job, out, inDocs) {
  const message = JSON.parse(await readFile(join(goldens, `${job.name}.json`), "utf8"));
  for (const block of message.blocks) {
    if (!block.slack_file) continue;
    const bytes = await readFile(join(goldens, files[block.slack_file.id]));
    block.image_url = `data:image/png;base64,${bytes.toString("base64")}`;
  }
  const { script, style } = await bundle();
  const page = await browser.newPage();
  const faults = [];
  page.on("pageerror", (e) => faults.push(String(e)));
  page.on("console", (c) => c.type() === "error" && faults.push(c.text()));
  page.on("request", (r) => r.url().startsWith("http") && faults.push(`it asked the network for ${r.url()}`));
  await page.setContent('<!doctype html><html lang="en"><meta charset="utf-8"><body></body></html>');
  await page.addStyleTag({ content: style });
  await page.addScriptTag({ content: script });
  const drawn = await page.evaluate((m, j) => window.show(m, j), message, job);
  if (drawn !== message.blocks.length) faults.push(`it drew ${drawn} of ${message.blocks.length} blocks`);
  if (faults.length > 0) throw new Error(`${job.file}: ${faults.join("; ")}`);
  const frame = await page.$("#frame");
  const full = await frame.screenshot({ captureBeyondViewport: true });
  await page.close();
  const png = await sharp(full).png({ palette: true, colours: 64, dither: 0, effort: 10, compressionLevel: 9 }).toBuffer();
  if (inDocs && png.length > mostBytes) throw new Error(`${job.file}: ${png.length} bytes are more than ${mostBytes}`);
  await writeFile(join(out, `${job.file}.png`), png);
  console.log(`${job.file}.png  ${(png.length / 1000).toFixed(0)} kB`);
}

main().catch((e) => {
  console.error(`pictures: ${e.message}`);
  process.exit(1);
});
