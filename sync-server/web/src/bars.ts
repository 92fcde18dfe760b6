// What stands on top of every page when somebody is signed in, a line each.
import type { VNode } from "preact";
import { Idle } from "./idle";
import { AlertBar } from "./parts/AlertBar";
import type { Who } from "./rights";
import { KeyBar } from "./views/Keys";

export const bars: ((props: { who: Who }) => VNode | null)[] = [
	KeyBar,
	Idle,
	AlertBar,
];
