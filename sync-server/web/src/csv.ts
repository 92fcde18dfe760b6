// CSV made in the page (RFC 4180), as the server makes it: no cell is a formula.

/** One cell: quoted where it must be; a text that a spreadsheet would run has an apostrophe in front. */
export function cell(value: string | number | null | undefined): string {
	if (value === null || value === undefined) return "";
	if (typeof value === "number") return String(value);
	const text = value.replace(/\0/g, "");
	const isFormula = /^[=+\-@\t\r\n＝＋－＠]/.test(text);
	if (!isFormula && !/[",\r\n]/.test(text)) return text;
	return `"${isFormula ? "'" : ""}${text.replace(/"/g, '""')}"`;
}

/** A header line and the rows; `bom`: with a byte-order mark for Excel. */
export function csv(columns: string[], rows: Record<string, string | number | null | undefined>[], bom: boolean): string {
	const line = (values: (string | number | null | undefined)[]) => `${values.map(cell).join(",")}\r\n`;
	return (bom ? "\ufeff" : "") + line(columns) + rows.map((row) => line(columns.map((c) => row[c]))).join("");
}

/** Save a text as a file of this name. */
export function save(name: string, text: string, type: string): void {
	const url = URL.createObjectURL(new Blob([text], { type }));
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 60000);
}
