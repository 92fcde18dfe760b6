// A text file as somebody's office made it: UTF-8, UTF-16 with its mark, or Chinese of before,
// which is taken only when the person says so.
export class TextFault extends Error {}

/** The text of a file.  Throws TextFault when it is not UTF-8 and `isChinese` does not say what it is. */
export async function readText(file: File, isChinese: boolean): Promise<string> {
	const bytes = new Uint8Array(await file.arrayBuffer());
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le", { fatal: true }).decode(bytes);
	if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be", { fatal: true }).decode(bytes);
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		if (!isChinese) throw new TextFault("encoding");
	}
	try {
		return new TextDecoder("gb18030", { fatal: true }).decode(bytes);
	} catch {
		throw new TextFault("encoding");
	}
}
