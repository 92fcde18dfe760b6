// A case file out of a spreadsheet: its personal columns are sealed here, with the supervisor's
// key; the server gets the audit columns and sealed cards.  The same as 'fieldvisitd case seal'.
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { api, Problem, type Fault } from "../api";
import { keyProblem, loadDirectory, sealCard, unlock } from "../keys";
import type { Cbor, CborMap } from "../keys/cbor";
import { Dialog, Field, Progress } from "../ui";
import { t } from "../words";
import { CsvError, readCsv } from "./csv";
import { Faults } from "./faults";
import { done, readFile } from "./work";

const AUDIT = ["case", "agency", "zone", "lat", "lon", "datum", "radius_m", "actor", "product", "debts", "packs", "assigned", "plan_date", "as_of"];
const SEALED: [string, number][] = [["name", 1], ["phone", 2], ["address", 3], ["amount", 4], ["days_overdue", 5], ["remark", 6]];
const TEXT_MAX = 7 << 20;
const PHONES_MAX = 8;

/** The sealed columns of a row as a card's map; null: it has none. */
function cardOf(row: Record<string, string>): CborMap | null {
	const map: CborMap = new Map();
	for (const [name, key] of SEALED) {
		const value = row[name] ?? "";
		if (value === "") continue;
		const numbers = value.split(";");
		if (name === "phone" && (numbers.length > PHONES_MAX || numbers.includes(""))) throw new Problem(0, "file", t("work.import.phones"));
		map.set(key, name === "phone" ? numbers.map((n, i): Cbor => [`n${i + 1}`, n, null]) : value);
	}
	return map.size === 0 ? null : map;
}

/** What is wrong with a file, or with a key. */
function problemOf(error: unknown, line: number): string {
	if (error instanceof CsvError) return t("work.import.line", { line: error.line, what: t(`work.import.${error.rule}`) });
	return line > 0 ? t("work.import.line", { line, what: keyProblem(error) }) : keyProblem(error);
}

export function ImportCases({ onClose, onDone }: { onClose: () => void; onDone: () => void }): VNode {
	const [text, setText] = useState("");
	const [step, setStep] = useState<{ at: number; of: number } | null>(null);
	const [problem, setProblem] = useState<string | null>(null);
	const [faults, setFaults] = useState<Fault[]>([]);
	const goes = useRef(true);

	const seal = async (onRow: (line: number) => void): Promise<{ text: string; lines: number[] } | null> => {
		const rows = readCsv(text);
		const unknown = Object.keys(rows[0]!.row).find((name) => !AUDIT.includes(name) && !SEALED.some(([s]) => s === name));
		if (unknown !== undefined) throw new Problem(0, "file", t("work.import.unknown", { column: unknown }));
		await unlock();
		const directory = await loadDirectory();
		const lines: string[] = [];
		for (const { line, row } of rows) {
			if (!goes.current) return null;
			onRow(line);
			setStep({ at: lines.length, of: rows.length });
			const out: Record<string, unknown> = {};
			for (const name of AUDIT) if (row[name]) out[name] = row[name];
			const map = cardOf(row);
			if (map) out.card = await sealCard(row.case ?? "", map, (row.assigned ?? "").split(";").filter(Boolean), directory);
			lines.push(JSON.stringify(out));
		}
		return { text: `${lines.join("\n")}\n`, lines: rows.map((r) => r.line) };
	};
	const run = async () => {
		let at = 0, sealed: { text: string; lines: number[] } | null = null;
		goes.current = true;
		setProblem(null);
		setFaults([]);
		try {
			sealed = await seal((line) => { at = line; });
			at = 0;
			if (sealed === null) return;
			if (sealed.text.length > TEXT_MAX) throw new Problem(0, "file", t("work.import.big"));
			const told = await api.post<{ cases: number; new: number }>("/cases/import", { text: sealed.text });
			done("work.import.done", { n: told.cases, fresh: told.new });
			onDone();
			onClose();
		} catch (error) {
			// What was sent has a line for each row; the person's file has others.
			const told = sealed && error instanceof Problem ? error.faults : [];
			setFaults(told.map((f) => ({ ...f, line: sealed?.lines[f.line - 1] ?? 0 })));
			if (told.length === 0) setProblem(problemOf(error, at));
		} finally {
			setStep(null);
		}
	};
	return (
		<Dialog title={t("work.import")} onClose={() => { goes.current = false; onClose(); }} isWide>
			<p>{t("work.import.hint")}</p>
			<p><code>{[...AUDIT, ...SEALED.map(([name]) => name)].join(", ")}</code></p>
			<Field label={t("work.plan.file.choose")}>{(attrs) => <input {...attrs} type="file" accept=".csv,text/csv" onChange={async (e) => setText(await readFile(e.currentTarget))} />}</Field>
			{step && <Progress done={step.at} of={step.of} text={t("work.assign.sealing")} />}
			{problem && <p class="trouble" role="alert">{problem}</p>}
			<Faults faults={faults} />
			<div class="row">
				{step
					? <button type="button" onClick={() => { goes.current = false; }}>{t("work.assign.stop")}</button>
					: <button type="button" class="main" disabled={text === ""} onClick={() => void run()}>{t("work.import.go")}</button>}
			</div>
		</Dialog>
	);
}
