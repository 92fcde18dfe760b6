// What is wrong with a file that was to be taken: by line and column, all of it at once.
import type { VNode } from "preact";
import { asProblem, type Fault } from "../api";
import { keyProblem } from "../keys";
import { Table } from "../ui";
import { t } from "../words";
import { faultText } from "../words/faults";

/** The faults of a refused import; of another failure one, of no line. */
export function faultsOf(error: unknown): Fault[] {
	const problem = asProblem(error);
	return problem.faults.length > 0 ? problem.faults : [{ line: 0, column: "", rule: keyProblem(error) }];
}

export function Faults({ faults }: { faults: Fault[] }): VNode | null {
	if (faults.length === 0) return null;
	return (
		<div role="alert">
			<p class="refused">{t("staff.faults")}</p>
			<Table caption={t("staff.faults")} rows={faults} rowKey={(f) => `${f.line} ${f.column} ${f.rule}`} columns={[
				{ title: t("fleet.line"), isNumber: true, cell: (f) => f.line || "–" },
				{ title: t("staff.column"), cell: (f) => f.column ? <code>{f.column}</code> : "–" },
				{ title: t("fleet.fault"), cell: (f) => faultText(f) },
			]} />
		</div>
	);
}
