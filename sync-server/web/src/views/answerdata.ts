// What GET /reports/answer gives.
export interface Person { id: string; name: string | null; how?: string | null }
export interface Text { en: string; zh: string }
export interface Finding {
	pack: string; rule: string; verdict: string; severity: number; why: Text; citation: Text;
	pack_revision: number; provisional: boolean; strength: string | null; confidence: string | null;
	text?: Text; in_force?: { from: string | null; until: string | null };
}
export interface Version { what: string; recorded: string | null; corrected: string | null; at?: string }
export interface Contact {
	id: string; channel: string; begin: string; end: string | null; open: boolean; imported: boolean;
	outcome: string | null; with: string | null; place: string | null; purpose: string | null;
	source: string; officers: Person[]; link: string | null; business?: string | null;
	device?: string; record?: number; sealed?: boolean; notes?: number;
	exceptions?: string[]; versions?: Version[];
	verdict: string; rules_looked_at: number; findings: Finding[];
}
export interface EventRow {
	id: string; kind: string; at: string; from: string | null; until: string | null;
	source: string; imported: boolean; contact: string | null; recorded_by: Person | null;
}
export interface Complaint { id: string; at: string; contact: string | null; source: string; closed_at: string | null }
export interface Asked {
	no: number; kind: string; source: string | null; at: string; deadline: string; decision: string | null;
	reason: string | null; decided_at: string | null; decided_by: string | null; hold_until: string | null;
}
export interface Pack {
	id: string; title_en: string; title_zh: string; jurisdiction: string; revision: number;
	published: string | null; sha256: string; sources: { title: string; where: string }[];
}
export interface Handheld {
	device: string; officer: Person; agency: string; why: string; approved: boolean;
	enrolled_at: string; revoked_at: string | null; last_sync: string | null;
	records: number; sealed: number; missing_parts: number; quarantined: number;
	gaps?: { reason: string; from: string; until: string }[]; more_gaps?: number;
}
export interface AnswerData {
	case: { id: string; agency: string; zones: string[]; assigned: string[]; packs: string[]; closed: boolean };
	from: string | null; to: string | null; zone: string; made_at: string;
	packs: Pack[]; problem: string | null; engine: number; tzdata: string;
	contacts: Contact[]; events: EventRow[]; complaints: Complaint[]; requests: Asked[];
	imported: number; unreadable: number;
	completeness: {
		handhelds: Handheld[]; officers_without_handheld: Person[];
		known_until: string | null; covers_interval: boolean;
	};
}
