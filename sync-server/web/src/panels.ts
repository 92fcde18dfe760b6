// Parts that a visit's or a case's page shows below its own, a line each.
import type { VNode } from "preact";

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
];
