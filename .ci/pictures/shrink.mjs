// Makes pictures small enough for the repository: 64 colours, no metadata.
//   node .ci/pictures/shrink.mjs FROM TO
import { readdir, readFile, writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";

const [from, to] = process.argv.slice(2);
const mostBytes = 250_000;

await mkdir(to, { recursive: true });
for (const name of (await readdir(from)).filter((n) => n.endsWith(".png")).sort()) {
  const png = await sharp(await readFile(join(from, name))).png({ palette: true, colours: 64, dither: 0, effort: 10, compressionLevel: 9 }).toBuffer();
  if (png.length > mostBytes) {
    console.error(`pictures: ${name}: ${png.length} bytes are more than ${mostBytes}`);
    process.exit(1);
  }
  await writeFile(join(to, name), png);
  console.log(`${name}  ${(png.length / 1000).toFixed(0)} kB`);
}
