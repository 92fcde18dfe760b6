// Findings that have one cause: listed first, then decided together.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, asProblem, useLoad, type Page } from "../api";
import { Decide, type Decision, type Listed } from "../decide";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { Act, Empty, Load, Table, Verdict, problemText, toast } from "../ui";
import { said, t } from "../words";
import { asked, type OpenFinding } from "./Queue";

interface Cause {
	pack: string;
	rule: string;
	cause: string;
	verdict: string;
	severity: number;
	visits: number;
	sample: OpenFinding | null;
}

/** As many findings of a cause as are listed at once. */
const LISTED = 200;

export function Causes({ query }: { query: URLSearchParams }): VNode {
	const { who } = useSession();
	const causes = useLoad(() => api.get<{ rows: Cause[] }>("/causes", { ...asked(query), limit: 200 }), [query.toString()]);
	const [asking, setAsking] = useState<{ decision: Decision; findings: Listed[] } | null>(null);
	const isProposal = may(who, Right.PROPOSE) && !may(who, Right.REVIEW);

	const ask = async (cause: Cause, decision: Decision) => {
		try {
			const page = await api.get<Page<OpenFinding>>("/causes/findings", {
				...asked(query), pack: cause.pack, rule: cause.rule, cause: cause.cause, verdict: cause.verdict, severity: cause.severity, limit: LISTED,
			});
			setAsking({ decision, findings: page.rows });
		} catch (error) {
			toast(problemText(asProblem(error)), { isBad: true });
		}
	};
	const buttons = (cause: Cause) => (
		<span class="causes-do">
			{(["excuse", "dismiss"] as const).map((d) => (
				<Act key={d} run={() => ask(cause, d)}>{t(isProposal ? `queue.do.propose.${d}` : `queue.do.${d}`)}</Act>
			))}
		</span>
	);
	const columns = [
		{ title: t("queue.col.verdict"), cell: (c: Cause) => <Verdict of={c.verdict} /> },
		{ title: t("queue.col.cause"), cell: (c: Cause) => <>{said(c.sample?.why)} <span class="zone">{c.rule}</span></> },
		{ title: t("queue.col.visits"), isNumber: true, cell: (c: Cause) => c.visits },
		...(isProposal || may(who, Right.REVIEW) ? [{ title: t("queue.col.decide"), cell: buttons }] : []),
	];
	return (
		<>
			<p class="hint">{t("queue.causes.hint", { n: LISTED })}</p>
			<Load of={causes} show={(data) => data.rows.length === 0
				? <Empty title={t("queue.empty")} />
				: <Table caption={t("queue.bycause")} columns={columns} rows={data.rows} rowKey={(c) => `${c.pack} ${c.rule} ${c.cause} ${c.verdict}`} />} />
			{asking && <Decide decision={asking.decision} findings={asking.findings} isProposal={isProposal} onClose={() => setAsking(null)} onSent={causes.reload} />}
		</>
	);
}
