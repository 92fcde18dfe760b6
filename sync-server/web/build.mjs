// Build the desk's page into OUT (argument): bundle, index.html, openapi.json, and assets.c,
// which puts all of it into the server's binary.  The same sources give the same bytes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs OUT");
const files = join(out, "files");
const TYPES = {
	html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8",
	css: "text/css; charset=utf-8", json: "application/json", svg: "image/svg+xml",
	png: "image/png",
};

rmSync(files, { recursive: true, force: true });
mkdirSync(files, { recursive: true });

await build({
	absWorkingDir: here,
	entryPoints: { desk: "src/main.tsx" },
	outdir: join(process.cwd(), files),
	bundle: true, splitting: true, format: "esm", minify: true, target: "es2022",
	jsx: "automatic", jsxImportSource: "preact", legalComments: "none",
	entryNames: "[name]-[hash]", chunkNames: "part-[hash]", assetNames: "[name]-[hash]",
	loader: { ".png": "file", ".svg": "file", ".topojson": "json", ".worker.js": "file" },
	logLevel: "warning",
});

// What the bundle does not name itself.
const emitted = readdirSync(files).sort();
const only = (pattern) => {
	const found = emitted.filter((name) => pattern.test(name));
	if (found.length !== 1) throw new Error(`${pattern}: ${found.length} files`);
	return found[0];
};
const page = readFileSync(join(here, "src/index.html"), "utf8")
	.replace("DESK_JS", only(/^desk-.*\.js$/))
	.replace("DESK_CSS", only(/^desk-.*\.css$/));
writeFileSync(join(files, "index.html"), page);
writeFileSync(join(files, "icon.svg"), readFileSync(join(here, "src/icon.svg")));
writeFileSync(join(files, "openapi.json"), openapi());

// One document out of one file an area; a path or a schema belongs to one area.
function openapi() {
	const whole = { paths: {}, components: { schemas: {} } };
	for (const name of readdirSync(join(here, "api")).sort()) {
		const area = JSON.parse(readFileSync(join(here, "api", name), "utf8"));
		const { paths = {}, components = {}, ...rest } = area;
		Object.assign(whole, rest);
		take(whole.paths, paths, name);
		for (const [kind, parts] of Object.entries(components))
			take((whole.components[kind] ??= {}), parts, name);
	}
	const { openapi, info, ...others } = whole;
	return JSON.stringify({ openapi, info, ...others }) + "\n";
}

function take(into, from, name) {
	for (const [key, value] of Object.entries(from)) {
		if (key in into) throw new Error(`api/${name}: ${key} stands in another file too`);
		into[key] = value;
	}
}

// -- assets.c --------------------------------------------------------------------------

const rows = [];
const blobs = [];
function blob(name, path) {
	blobs.push(`__asm__(".section .rodata.desk,\\"a\\",%progbits\\n.balign 16\\n${name}:\\n"
    ".incbin \\"${path}\\"\\n${name}_end:\\n.byte 0\\n.previous\\n");
extern const uint8_t ${name}[] __attribute__((visibility("hidden")));
extern const uint8_t ${name}_end[] __attribute__((visibility("hidden")));`);
}

readdirSync(files).filter((name) => !name.endsWith(".gz")).sort().forEach((name, i) => {
	const bytes = readFileSync(join(files, name));
	const type = TYPES[name.split(".").pop()];
	if (!type) throw new Error(`${name}: of what type is it?`);
	const packed = gzipSync(bytes, { level: 9 });
	const tag = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
	const path = name === "index.html" ? "/" : `/${name}`;
	const kept = /-[A-Z0-9]{8}\./.test(name);
	blob(`desk_a${i}`, join(files, name));
	let gz = "NULL, NULL";
	if (packed.length < bytes.length * 0.9) {
		writeFileSync(join(files, `${name}.gz`), packed);
		blob(`desk_z${i}`, join(files, `${name}.gz`));
		gz = `desk_z${i}, desk_z${i}_end`;
	}
	rows.push(`    {"${path}", "${type}", "\\"${tag}\\"", ${kept}, desk_a${i}, desk_a${i}_end, ${gz}},`);
});
writeFileSync(join(out, "assets.c"), `/* Made by build.mjs: the desk's page. */
#include "sync-server/desk/assets.h"

${blobs.join("\n")}

const struct desk_asset desk_assets[] = {
${rows.join("\n")}
    {NULL, NULL, NULL, false, NULL, NULL, NULL, NULL},
};
`);
