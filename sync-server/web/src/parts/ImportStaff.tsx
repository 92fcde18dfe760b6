// A table of officers or agencies out of a spreadsheet: looked at first, then taken, all or none;
// what is wrong stands by line and column.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, type Fault } from "../api";
import { Act, Dialog, Field } from "../ui";
import { t } from "../words";
import { Faults, faultsOf } from "./faults";
import { TextFault, readText } from "./textfile";
import { done } from "./work";

interface Told { rows: number; new: number; changed: number; same: number; dry_run: boolean }

const COLUMNS = { staff: "id, agency, team, badge, certificate, training, consent", agencies: "id, name, teams, contract, white_list, evaluation, inspection" };

export function ImportStaff({ of, onClose, onDone }: { of: "staff" | "agencies"; onClose: () => void; onDone: () => void }): VNode {
	const [file, setFile] = useState<File | null>(null);
	const [isChinese, setChinese] = useState(false);
	const [serials, setSerials] = useState(false);
	const [told, setTold] = useState<Told | null>(null);
	const [faults, setFaults] = useState<Fault[]>([]);
	const send = async (check: boolean) => {
		setFaults([]);
		setTold(null);
		try {
			const text = await readText(file!, isChinese);
			const answer = await api.post<Told>(`/import/${of}`, { file: file!.name, text, serials, check });
			if (check) return setTold(answer);
			done("staff.imported", { n: answer.rows, fresh: answer.new, changed: answer.changed });
			onDone();
		} catch (error) {
			setFaults(error instanceof TextFault ? [{ line: 0, column: "", rule: t("staff.encoding") }] : faultsOf(error));
		}
	};
	return (
		<Dialog title={t("staff.import")} onClose={onClose} isWide>
			<p>{t("staff.import.what")}</p>
			<p><code>{COLUMNS[of]}</code></p>
			<Field label={t("staff.file")} hint={t("staff.file.hint")}>
				{(attrs) => <input {...attrs} type="file" accept=".csv,text/csv,text/plain" onChange={(e) => { setFile(e.currentTarget.files?.[0] ?? null); setTold(null); setFaults([]); }} />}
			</Field>
			<p><label><input type="checkbox" checked={isChinese} onChange={(e) => setChinese(e.currentTarget.checked)} /> {t("staff.gbk")}</label></p>
			<p><label><input type="checkbox" checked={serials} onChange={(e) => setSerials(e.currentTarget.checked)} /> {t("staff.serials")}</label></p>
			{told && <p class="names" role="status">{t("staff.checked", { n: told.rows, fresh: told.new, changed: told.changed, same: told.same })}</p>}
			<Faults faults={faults} />
			<div class="row">
				<Act run={() => send(true)} disabled={file === null}>{t("staff.check")}</Act>
				<Act kind="main" run={() => send(false)} disabled={file === null || faults.length > 0}>{t("staff.import.go")}</Act>
			</div>
		</Dialog>
	);
}
