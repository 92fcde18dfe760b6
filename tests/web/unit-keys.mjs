// The key modules of the desk's page (sync-server/web/src/keys) under node: against published
// vectors, and against what the C programs wrote.  Started by tests/scenario/94-desk-keys.
//   node unit-keys.mjs vectors
//   node unit-keys.mjs programs FOLDER    (the files are named below)
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const TOP = join(dirname(fileURLToPath(import.meta.url)), "../..");
const WEB = join(TOP, "sync-server/web");
const { build } = createRequire(join(WEB, "package.json"))("esbuild");
const MODULES = ["crypto", "cbor", "hpke", "keyfile", "signednote", "note", "attach", "roster", "directory", "card"];

async function load() {
	const folder = mkdtempSync(join(tmpdir(), "fv-keys-"));
	const out = join(folder, "keys.mjs");
	await build({
		stdin: { contents: MODULES.map((m) => `export * as ${m} from "./src/keys/${m}";`).join("\n"), resolveDir: WEB, loader: "ts" },
		bundle: true, platform: "node", format: "esm", outfile: out, logLevel: "warning",
		banner: { js: "import { createRequire } from 'node:module'; import { fileURLToPath as _f } from 'node:url'; import { dirname as _d } from 'node:path'; const require = createRequire(import.meta.url); const __filename = _f(import.meta.url); const __dirname = _d(__filename);" },
	});
	const modules = await import(pathToFileURL(out));
	rmSync(folder, { recursive: true });
	return modules;
}

const k = await load();
const { ofHex, hexOf, base64Of, ofBase64, bytesOf, same, KeyError } = k.crypto;
const lib = await k.crypto.sodium();
let failed = 0;

function check(claim, sentence, detail = "") {
	console.log(`${claim ? "ok" : "not ok"} - ${sentence}${claim || detail === "" ? "" : `: ${detail}`}`);
	if (!claim) failed++;
}

/** The code of the KeyError that fn throws; "" when it throws none. */
function codeOf(fn) {
	try {
		fn();
		return "";
	} catch (error) {
		return error instanceof KeyError ? error.code : String(error);
	}
}

// -- published and derived vectors, typed in ---------------------------------------------------

function hpkeVectors() {
	// RFC 9180 A.2.1, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode.
	const info = ofHex("4f6465206f6e2061204772656369616e2055726e");
	const skE = ofHex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600");
	const pkR = ofHex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
	const skR = ofHex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
	const plain = ofHex("4265617574792069732074727574682c20747275746820626561757479");
	const aad = ofHex("436f756e742d30");
	const want = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a" +
		"1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28";
	const pair = k.hpke.deriveKeyPair(lib, ofHex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df"));
	const sealed = k.hpke.seal(lib, pkR, info, aad, plain, skE.slice());
	check(hexOf(pair.sk) === hexOf(skR) && hexOf(pair.pk) === hexOf(pkR), "DeriveKeyPair gives the keys of RFC 9180");
	check(hexOf(sealed) === want, "HPKE base mode seals as RFC 9180 prints it", hexOf(sealed));
	check(hexOf(k.hpke.open(lib, skR, info, aad, ofHex(want))) === hexOf(plain), "HPKE base mode opens what RFC 9180 prints");
	const altered = ofHex(want);
	altered[40] ^= 1;
	check(codeOf(() => k.hpke.open(lib, skR, info, aad, altered)) === "not-for-this-key", "an altered message does not open");
	check(codeOf(() => k.hpke.seal(lib, new Uint8Array(32), info, aad, plain)) === "weak-key", "nothing is sealed to a key of low order");
}

const CEK = ofHex("64af94d38821f79dea6b9a0e14ade533ebe2ad3fe4195c1bb3fd983bbce43a39");
const KC = ofHex("5e71732b3c646d4410c895b0dc863d238220ee51dae29cf53f48eef8b2fa4f29");
const AAD = ofHex("41f45a10916468b99a6181be597c8e400000000000000005");
const CT = ofHex("3134f0102a11f5d0ade367efb44fdc0ac5da26ecd049fd2bf77ffe3863ea1f3d73a31509f0a957ddb6dd173d4add96847c460e462136f4b2a16a451e9c68311944a04833cce0488c7de1148dee9d86e6");
const SK_A = ofHex("19680c5c28c152f9cd5a292dc31218e9df6795c3108603e50d4ae2a91e4807c9");
const CAPSULE_A = ofHex("3530730780784a944f5b7f5572f69620d636f156de80687201ecef3c2a5d9b3b0a2f449b272b7eef39d4ab52fb5bedbf4eec27bafcc523422108aa9ce4ba260834aa5254fe235deb808570efa566215e");
const reader = (sk) => ({ boxSk: sk, boxPk: lib.crypto_scalarmult_base(sk) });

function noteVectors() {
	const a = reader(SK_A);
	const row = { keyIds: k.crypto.boxKeyId(lib, a.boxPk), capsules: CAPSULE_A };
	const sealed = { kind: "record", kc: KC, ct: CT, aad: AAD, rows: [row] };
	const text = (s, r) => new TextDecoder().decode(k.note.openSealed(lib, s, r));
	check(text(sealed, a) === "Household refused; neighbour confirms.", "a note opens with capsule, commitment, then text");
	check(hexOf(k.note.wrap(lib, CEK, KC, a.boxPk, ofHex("331d63f2483ac1b4ccdc65c549fea0b2171ae97c14a9fea0112abf8679103b43"))) === hexOf(CAPSULE_A),
		"a capsule made here is the one of the vector, byte for byte");
	check(codeOf(() => text(sealed, reader(lib.randombytes_buf(32)))) === "not-for-this-key", "a key without a capsule is told that none is for it");
	const wrong = KC.slice();
	wrong[0] ^= 1;
	check(codeOf(() => text({ ...sealed, kc: wrong }, a)) === "bad-commitment", "another commitment than the signed one is a bad commitment");
	check(codeOf(() => k.note.openText(lib, sealed, lib.randombytes_buf(32))) === "bad-commitment", "a content key that is not committed to never decrypts");
	const bent = CT.slice();
	bent[3] ^= 1;
	check(codeOf(() => text({ ...sealed, ct: bent }, a)) === "altered", "an altered text does not open");
	check(codeOf(() => text({ ...sealed, aad: AAD.slice(1) }, a)) === "altered", "a text moved to another record does not open");
	const b = reader(lib.randombytes_buf(32));
	for (const [kind, length] of [["record", 0], ["record", 63], ["record", 1023], ["record", 1024], ["card", 255], ["card", 256]]) {
		const plain = new Uint8Array(length).fill(65);
		const made = k.note.seal(lib, kind, plain, AAD, [a.boxPk, b.boxPk]);
		const block = kind === "card" || length >= 1024 ? 256 : 64;
		if (made.ct.length !== Math.ceil((length + 1) / block) * block + 16 || !same(k.note.openSealed(lib, made, b), plain))
			check(false, `a ${kind} of ${length} bytes`, made.ct.length);
	}
	check(codeOf(() => k.note.seal(lib, "record", new Uint8Array(1), AAD, [])) === "too-many-readers", "nothing is sealed to nobody");
}

/** Two keys, one ciphertext: what ChaCha20-Poly1305 alone lets happen. */
function salamander() {
	const s = {
		ct: ofHex("02b32d404a61037823f5fbf0f4c67661a805eecf9999bded7ea0604d61c17bdf4a16a082e5e346cb649a716e6c1c56fc6ff398a8e983da88e4d033c3f47ef6f838b4e652e44da7f2370d9e260e271365"),
		key: ofHex("ae57019960b92415f6df695453de7859192d0ee12c2f2c39a2a7c1e54d117399"),
	};
	const opens = (() => {
		try {
			return lib.crypto_aead_chacha20poly1305_ietf_decrypt(null, s.ct, new Uint8Array(0), new Uint8Array(12), s.key).length > 0;
		} catch {
			return false;
		}
	})();
	check(opens && codeOf(() => k.note.openText(lib, { kind: "record", kc: KC, ct: s.ct, aad: new Uint8Array(0) }, s.key)) === "bad-commitment",
		"a ciphertext that opens under two keys is refused for its commitment, before it is opened");
}

function cborVectors() {
	const good = ["00", "17", "1818", "190100", "1a000f4240", "1bffffffffffffffff", "20", "3903e7", "3bffffffffffffffff", "4401020304", "60",
		"6449455446", "62c3bc", "80", "83010203", "8301820203820405", "a0", "a201020304", "f4", "f5", "f6"];
	check(good.every((hex) => hexOf(k.cbor.encode(k.cbor.decode(ofHex(hex)))) === hex), "CBOR of RFC 8949's appendix A is read and written again");
	const bad = ["1817", "190018", "1a00000100", "1b0000000000000001", "f90000", "fa00000000", "fb3ff199999999999a", "c074", "5f42010243030405ff", "9fff", "bfff",
		"a203040102", "a201020103", "a1616101", "0000", "f7", "f818", "62ff00", "61", "8181818181", "590001ff", "1c", "ff", ""];
	const read = bad.filter((hex) => codeOf(() => k.cbor.decode(ofHex(hex))) !== "not-cbor");
	check(read.length === 0, "CBOR outside of the profile is refused", read.join(" "));
	check(hexOf(k.cbor.encode(new Map([[8, "x"], [1, null], [24, [true, -1000]]]))) === "a301f60861781818" + "82f53903e7", "a map is written with its keys in order");
}

function noteFormat() {
	// C2SP signed-note.md, its example.
	const text = "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
	const vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
	const note = k.signednote.parseNote(text);
	const key = k.signednote.parseVkey(lib, vkey);
	check(k.signednote.verify(lib, note, key.name, key.pk), "the signed note of C2SP verifies");
	const seed = lib.randombytes_buf(32);
	const pk = lib.crypto_sign_seed_keypair(seed).publicKey;
	const own = k.signednote.parseNote(k.signednote.sign(lib, "a\nb\n", "x/y", seed));
	check(k.signednote.verify(lib, own, "x/y", pk) && !k.signednote.verify(lib, { ...own, text: "a\nc\n" }, "x/y", pk) && !k.signednote.verify(lib, own, "x/z", pk),
		"a note signed here verifies, and neither another text nor another name does");
	check(["", "a", "a\n", "a\n\nno dash\n", "a\n\n\u2014 x\n", "a\u0001\n\n\u2014 x AAAAAAA=\n"].every((bad) => codeOf(() => k.signednote.parseNote(bad)) !== ""),
		"what is no signed note is refused");
}

function keyFiles() {
	const key = k.keyfile.makeKey(lib, "supervisor", "bank1", "anna");
	const began = performance.now();
	const file = k.keyfile.wrapKey(lib, key, "correct horse");
	const ms = performance.now() - began;
	const again = k.keyfile.openKey(lib, file, "correct horse");
	check(same(again.boxSk, key.boxSk) && same(again.signSeed, key.signSeed) && /\nsecret argon2id 3 67108864 /.test(file), "a key file made here opens here", ms);
	console.log(`# Argon2id, 3 passes over 64 MiB: ${Math.round(ms)} ms`);
	check(codeOf(() => k.keyfile.openKey(lib, file, "wrong")) === "wrong-passphrase", "a wrong passphrase says so");
	check(codeOf(() => k.keyfile.openKey(lib, k.keyfile.publicFile(lib, key), "x")) === "public-only", "a public file has nothing to open");
	const renamed = file.replace("\nid anna\n", "\nid eve\n");
	const bad = [renamed, file + "x\n", file.slice(0, -1), file.replace("3 67108864", "17 67108864"), file.replace("67108864", "9967108864"), file.replace("box ", "box A"),
		file.replace("/v1", "/v2"), "", "hello\n"];
	const taken = bad.filter((text) => !["bad-key-file", "not-base64", "bad-vkey"].includes(codeOf(() => k.keyfile.openKey(lib, text, "correct horse"))));
	check(taken.length === 0, "an altered or foreign key file is refused before the passphrase is tried", taken.length);
	check(codeOf(() => k.keyfile.wrapKey(lib, key, "")) === "empty-passphrase", "a key is never wrapped in an empty passphrase");
	k.keyfile.wipeKey(key);
	check(key.boxSk.every((b) => b === 0) && key.signSeed.every((b) => b === 0), "a locked key is zeros");
}

function attachments() {
	const jpeg = ofHex("ffd8ffe000104a46494600010100000100010000" + "ffe1000e45786966000053454352" + "4554" + "fffe0006534543" + "52" + "ffda0002" + "0102ffd9");
	const clean = k.attach.withoutMetadata(jpeg);
	check(k.attach.mediaType(jpeg) === "image/jpeg" && !hexOf(clean).includes("45786966") && !hexOf(clean).includes("534543") && hexOf(clean).endsWith("ffda00020102ffd9"),
		"a JPEG loses EXIF and comments and keeps its picture", hexOf(clean));
	check(k.attach.mediaType(bytesOf("RIFFxxxxWAVEfmt ")) === "audio/wav" && k.attach.mediaType(bytesOf("<svg onload=alert(1)>")) === null &&
		k.attach.mediaType(bytesOf("<html>")) === null, "only pictures and sound that are known by their bytes are shown");
}

// -- what the C programs wrote -------------------------------------------------------------------

function programs(folder) {
	const read = (name) => readFileSync(join(folder, name), "utf8");
	const pass = read("passphrase").split("\n")[0];
	const file = read("supervisor.key");
	const key = k.keyfile.openKey(lib, file, pass);
	check(k.keyfile.publicFile(lib, key) === read("supervisor.key.pub") && file.startsWith(read("supervisor.key.pub")), "a key file of 'supervisor keygen' opens here, its public half the same to the byte");

	const own = k.keyfile.makeKey(lib, "supervisor", key.agency, "web1");
	writeFileSync(join(folder, "web1.key"), k.keyfile.wrapKey(lib, own, pass), { mode: 0o600 });
	writeFileSync(join(folder, "web1.key.pub"), k.keyfile.publicFile(lib, own));

	const directory = k.directory.readDirectory(lib, JSON.parse(read("directory.json")));
	const known = directory.rosters[directory.rosters.length - 1];
	check(directory.devices.length === 1 && directory.devices[0].isApproved && directory.devices[0].officer === "o1", "a directory of 'roster export' is checked here: roster, ticket, approval");
	const foreign = JSON.parse(read("directory.json"));
	foreign.enrolments[0].ticket = k.signednote.sign(lib, k.signednote.parseNote(foreign.enrolments[0].ticket).text, k.keyfile.signerName(own.agency, own.id), own.signSeed);
	check(codeOf(() => k.directory.readDirectory(lib, foreign)) === "bad-directory", "a ticket that no supervisor signed is refused");

	const cases = read("cases").trim().split("\n").map((line) => JSON.parse(line));
	const map = k.card.openCard(lib, cases[0].card, cases[0].case, [known.roster], key);
	check(k.card.cardText(map).name === "Zhang San", "a card of 'case seal' opens here", JSON.stringify(k.card.cardText(map)));
	const stolen = k.card.sealCard(lib, cases[0].case, 5, map, k.directory.cardReaders(directory, ["o1"]), own);
	check(codeOf(() => k.card.openCard(lib, stolen, cases[0].case, [known.roster], key)) === "unsigned", "a card that nobody on the roster signed is refused");
	check(codeOf(() => k.card.openCard(lib, cases[0].card, "other", [known.roster], key)) === "altered", "the card of another case is refused");
	check(codeOf(() => k.directory.cardReaders(directory, ["o2"])) === "no-handheld", "an officer without an approved handheld is named");
	map.set(6, "sealed again in the page");
	cases[0].card = k.card.sealCard(lib, cases[0].case, Date.now(), map, k.directory.cardReaders(directory, ["o1"]), key);
	writeFileSync(join(folder, "cases.again"), cases.map((row) => JSON.stringify(row)).join("\n") + "\n");

	const draft = read("roster.next");
	const changes = k.roster.changesOf(lib, known.roster, k.roster.parseRoster(lib, draft)).map((c) => `${c.what} ${c.how} ${c.id}`);
	check(changes.join() === "officer added o9", "what a draft changes is read here", changes.join());
	writeFileSync(join(folder, "roster.signed"), k.roster.signRoster(lib, draft, known, key));
	check(codeOf(() => k.roster.signRoster(lib, draft, known, own)) === "not-an-elector", "who is not on the roster does not sign the next one");
	check(codeOf(() => k.roster.signRoster(lib, draft.replace("version 2", "version 3"), known, key)) === "bad-chain", "a draft that does not follow is not signed");
	check(codeOf(() => k.roster.signRoster(lib, draft.replace(/recovery .*\n/, ""), known, key)) === "no-recovery", "a roster without a recovery key is not signed");
}

if (process.argv[2] === "programs") {
	programs(process.argv[3]);
} else {
	hpkeVectors();
	noteVectors();
	salamander();
	cborVectors();
	noteFormat();
	keyFiles();
	attachments();
}
process.exit(failed ? 1 : 0);
