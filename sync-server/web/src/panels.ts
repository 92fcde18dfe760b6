// Parts that a visit's or a case's page shows below its own, a line each.
import type { VNode } from "preact";
import { CasePanel } from "./parts/CasePanel";
import { Right } from "./rights";
import { CaseNotes, VisitNotes } from "./views/NotesPanel";
import { CaseComplaints } from "./views/Complaints";
import { CaseProof, VisitProof } from "./views/Proof";
import { VisitMap } from "./panels/VisitMap";

export interface Panel {
	of: "visit" | "case";
	order: number;
	/** Key of its title. */
	title: string;
	right: number;
	/** `data` is what GET /visits/{id} or GET /cases/{id} answered. */
	show: (props: { id: string; data: any }) => VNode | null;
}

export const panels: Panel[] = [
	{ of: "visit", order: 30, title: "notes.panel", right: Right.NOTES, show: VisitNotes },
	{ of: "case", order: 50, title: "notes.panel", right: Right.NOTES, show: CaseNotes },
	{ of: "visit", order: 80, title: "proof.panel.title", right: Right.EXPORT, show: VisitProof },
	{ of: "case", order: 80, title: "proof.panel.title", right: Right.EXPORT, show: CaseProof },
	{ of: "case", order: 10, title: "work.panel", right: Right.READ, show: CasePanel },
	{ of: "visit", order: 30, title: "trail.map.visit", right: Right.READ, show: VisitMap },
	{ of: "case", order: 60, title: "care.title", right: Right.COMPLAINTS, show: CaseComplaints },
];
