// A CSV file (RFC 4180) as rows of values by column; a fault names the line.
export class CsvError extends Error {
	constructor(readonly line: number, readonly rule: "quote" | "columns" | "empty") {
		super(`${line}: ${rule}`);
	}
}

interface Record_ {
	line: number;
	values: string[];
}

/** One value from `at` on: its text, and where it ends. */
function readValue(text: string, at: number, line: number): { value: string; end: number } {
	if (text[at] !== '"') {
		const found = text.slice(at).search(/[,\r\n]/);
		const end = found < 0 ? text.length : at + found;
		return { value: text.slice(at, end), end };
	}
	let value = "";
	for (let i = at + 1; ; i++) {
		if (i >= text.length) throw new CsvError(line, "quote");
		if (text[i] !== '"') value += text[i];
		else if (text[i + 1] === '"') value += text[i++];
		else return { value, end: i + 1 };
	}
}

function readRecords(text: string): Record_[] {
	const records: Record_[] = [];
	let at = text.charCodeAt(0) === 0xfeff ? 1 : 0, line = 1;
	while (at < text.length) {
		const record: Record_ = { line, values: [] };
		for (;;) {
			const { value, end } = readValue(text, at, line);
			record.values.push(value);
			line += value.split("\n").length - 1;
			at = end;
			if (text[at] !== ",") break;
			at++;
		}
		if (text[at] === "\r") at++;
		if (at < text.length && text[at] !== "\n") throw new CsvError(line, "quote");
		at++;
		line++;
		if (record.values.length > 1 || record.values[0] !== "") records.push(record);
	}
	return records;
}

/** Rows by the names of the first line. */
export function readCsv(text: string): { line: number; row: Record<string, string> }[] {
	const [head, ...rest] = readRecords(text);
	if (!head || rest.length === 0) throw new CsvError(1, "empty");
	return rest.map(({ line, values }) => {
		if (values.length !== head.values.length) throw new CsvError(line, "columns");
		return { line, row: Object.fromEntries(head.values.map((name, i) => [name.trim(), values[i] ?? ""])) };
	});
}
