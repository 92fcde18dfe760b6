// What a person may do; the same bits as enum desk_right (desk/desk.h).
export const Right = {
	OPEN: 0,
	READ: 1 << 0,
	REVIEW: 1 << 1,
	PROPOSE: 1 << 2,
	WORK: 1 << 3,
	NOTES: 1 << 4,
	EXPORT: 1 << 5,
	COMPLAINTS: 1 << 6,
	ANSWER: 1 << 7,
	PEOPLE: 1 << 8,
	SELF: 1 << 9,
} as const;

/** Who is signed in, as GET /session answers. */
export interface Who {
	id: string;
	name: string;
	role: "admin" | "supervisor" | "auditor" | "manager";
	agency: string;
	officer: string;
	rights: string[];
}

const NAMES: Record<string, number> = {
	read: Right.READ, review: Right.REVIEW, propose: Right.PROPOSE, work: Right.WORK,
	notes: Right.NOTES, export: Right.EXPORT, complaints: Right.COMPLAINTS,
	answer: Right.ANSWER, people: Right.PEOPLE, self: Right.SELF,
};

/** Has this person all of these rights? */
export function may(who: Who | null, right: number): boolean {
	const mine = (who?.rights ?? []).reduce((sum, name) => sum | (NAMES[name] ?? 0), 0);
	return (mine & right) === right;
}
