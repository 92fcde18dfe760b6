// Every page of the desk, a line each.
import type { VNode } from "preact";
import { Right, type Who } from "./rights";
import { AgencyDay } from "./views/AgencyDay";
import { CasePage } from "./views/CasePage";
import { Agencies } from "./views/Agencies";
import { Bench } from "./views/Bench";
import { Files } from "./views/Files";
import { HandheldPage } from "./views/Handheld";
import { Handhelds } from "./views/Handhelds";
import { Invite } from "./views/Invite";
import { Keys } from "./views/Keys";
import { Officers } from "./views/Officers";
import { Login } from "./views/Login";
import { Me } from "./views/Me";
import { People } from "./views/People";
import { Cases } from "./views/Cases";
import { Exceptions } from "./views/Exceptions";
import { FollowUps } from "./views/FollowUps";
import { Kpi } from "./views/Kpi";
import { Plan } from "./views/Plan";
import { OfficerDay } from "./views/OfficerDay";
import { Trail } from "./views/Trail";
import { Welcome } from "./views/Welcome";
import { Access } from "./views/Access";
import { Answer } from "./views/Answer";
import { Complaint } from "./views/Complaint";
import { Complaints } from "./views/Complaints";
import { Exports } from "./views/Exports";
import { Notes } from "./views/NotesPanel";
import { Home } from "./views/Home";
import { Queue } from "./views/Queue";
import { Reports } from "./views/Reports";
import { Settings } from "./views/Settings";
import { Visit } from "./views/Visit";

export interface Seen {
	/** What stood for :name in the path. */
	params: Record<string, string>;
	query: URLSearchParams;
}

export interface View {
	/** Behind the '#': "/visit/:id". */
	path: string;
	/** Key of its title. */
	title: string;
	/** Right bits that it needs; 0: shown to people who are not signed in. */
	right: number;
	/** Place in the menu: below 50 the day's work, below 80 what one looks at, above what is set up;
	 * absent: not there. */
	nav?: number;
	/** Whom it is for besides; absent: whoever has the right. */
	isFor?: (who: Who) => boolean;
	show: (seen: Seen) => VNode;
}

export const views: View[] = [
	{ path: "/cases", title: "work.cases", right: Right.READ, nav: 30, show: Cases },
	{ path: "/plan", title: "work.plan", right: Right.READ, nav: 31, show: Plan },
	{ path: "/followups", title: "work.followups", right: Right.READ, nav: 32, show: FollowUps },
	{ path: "/exceptions", title: "work.exceptions", right: Right.READ, nav: 33, show: Exceptions },
	{ path: "/figures", title: "work.kpi", right: Right.READ, nav: 60, show: Kpi },
	{ path: "/login", title: "people.login", right: Right.OPEN, show: Login },
	{ path: "/me", title: "people.me", right: Right.SELF, show: Me },
	{ path: "/people", title: "people.title", right: Right.PEOPLE, nav: 80, show: People },
	{ path: "/welcome/:token", title: "people.password.new", right: Right.OPEN, show: Welcome },
	{ path: "/complaints", title: "care.title", right: Right.COMPLAINTS, nav: 40, show: Complaints },
	{ path: "/complaint/:id", title: "care.title", right: Right.COMPLAINTS, show: Complaint },
	{ path: "/notes/:of/:id", title: "notes.panel", right: Right.NOTES, show: Notes },
	{ path: "/keys", title: "notes.keys", right: Right.NOTES, nav: 85, show: Keys },
	{ path: "/roster", title: "notes.roster", right: Right.PEOPLE, nav: 91, show: Keys },
	{ path: "/", title: "queue.home", right: Right.READ, nav: 1, show: Home },
	{ path: "/queue", title: "queue.title", right: Right.READ, nav: 2, show: Queue },
	{ path: "/visit/:id", title: "queue.visit", right: Right.READ, show: Visit },
	{ path: "/report/day", title: "proof.reports", right: Right.READ, nav: 70, show: (seen) => Reports({ ...seen, span: "day" }) },
	{ path: "/report/week", title: "proof.week.title", right: Right.READ, show: (seen) => Reports({ ...seen, span: "week" }) },
	{ path: "/report/month", title: "proof.month.title", right: Right.READ, show: (seen) => Reports({ ...seen, span: "month" }) },
	{ path: "/report/answer", title: "proof.answer.title", right: Right.EXPORT, show: Answer },
	{ path: "/report/case/:id", title: "proof.casereport.title", right: Right.EXPORT, show: Answer },
	{ path: "/report/access/:id", title: "proof.access.title", right: Right.EXPORT | Right.NOTES, show: Access },
	{ path: "/exports", title: "proof.exports", right: Right.EXPORT, nav: 72, show: Exports },
	{ path: "/devices", title: "fleet.title", right: Right.READ, show: Handhelds },
	{ path: "/handhelds", title: "fleet.title", right: Right.SELF, nav: 81, show: Handhelds },
	{ path: "/handheld/:dev", title: "fleet.handheld", right: Right.SELF, show: HandheldPage },
	{ path: "/bench", title: "fleet.bench", right: Right.NOTES, show: Bench },
	{ path: "/invite", title: "fleet.invite", right: Right.NOTES, show: Invite },
	{ path: "/officers", title: "staff.officers", right: Right.SELF, nav: 82, show: Officers },
	{ path: "/files", title: "staff.files", right: Right.SELF, nav: 88, isFor: (who) => who.agency === "", show: Files },
	{ path: "/agencies", title: "staff.agencies", right: Right.SELF, nav: 83, show: Agencies },
	{ path: "/settings", title: "settings.title", right: Right.SELF, nav: 84, show: Settings },
	{ path: "/device/:dev", title: "trail.title", right: Right.READ, show: Trail },
	{ path: "/officer/:id", title: "trail.officer.title", right: Right.READ, show: OfficerDay },
	{ path: "/agency/:id", title: "trail.agency.title", right: Right.READ, show: AgencyDay },
	{ path: "/case/:id", title: "trail.case", right: Right.READ, show: CasePage },
];

/** The first view whose path fits, and what stands for its parameters. */
export function find(path: string): { view: View; params: Record<string, string> } | null {
	const parts = path.split("/");
	for (const view of views) {
		const wanted = view.path.split("/");
		if (wanted.length !== parts.length) continue;
		const params: Record<string, string> = {};
		const fits = wanted.every((w, i) => {
			const part = decodeURIComponent(parts[i] ?? "");
			if (w.startsWith(":")) params[w.slice(1)] = part;
			return w.startsWith(":") ? part !== "" : w === part;
		});
		if (fits) return { view, params };
	}
	return null;
}
