// The frame: who is signed in, the menu, and the page that the address names.
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, setCsrf, whenSignedOut } from "./api";
import { bars } from "./bars";
import { may, type Who } from "./rights";
import { current, SessionContext, type Session } from "./session";
import { Busy, Go, Toasts, goTo } from "./ui";
import { find, views, type View } from "./views";
import { language, setLanguage, t } from "./words";

function hashNow(): string {
	return location.hash.replace(/^#/, "") || "/";
}

export function App(): VNode {
	const [who, setWho] = useState<Who | null>(null);
	const [isKnown, setKnown] = useState(false);
	const [hash, setHash] = useState(hashNow());
	const [words, setWords] = useState(language());

	const take = (session: Session | null) => {
		setCsrf(session?.csrf ?? "");
		setWho(session?.who ?? null);
	};
	useEffect(() => {
		const onHash = () => setHash(hashNow());
		addEventListener("hashchange", onHash);
		whenSignedOut(() => setWho(null));
		current().then(take).finally(() => setKnown(true));
		return () => removeEventListener("hashchange", onHash);
	}, []);
	const session = useMemo(() => ({ who, take }), [who]);
	const onLanguage = () => {
		setLanguage(words === "zh" ? "en" : "zh");
		setWords(language());
	};
	if (!isKnown) return <Busy />;
	return (
		<SessionContext.Provider value={session}>
			<div key={words}>
				<a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>{t("shell.skip")}</a>
				<Head who={who} hash={hash} onLanguage={onLanguage} onSignOut={() => take(null)} />
				{who && bars.map((Bar, i) => <Bar key={i} who={who} />)}
				<Body who={who} hash={hash} />
				<Toasts />
			</div>
		</SessionContext.Provider>
	);
}

function Head(props: { who: Who | null; hash: string; onLanguage: () => void; onSignOut: () => void }): VNode {
	const { who } = props;
	const [isOpen, setOpen] = useState(false);
	useEffect(() => setOpen(false), [props.hash]);
	const signOut = async () => {
		await api.del("/session").catch(() => {});
		props.onSignOut();
	};
	return (
		<header class="head">
			<Go to="/" class="brand"><img src="/icon.svg" alt="" width="24" height="24" /> fieldvisit</Go>
			{who && <button type="button" class="menu plain" aria-expanded={isOpen} aria-controls="menu" onClick={() => setOpen(!isOpen)}>{t("shell.menu")}</button>}
			{who && <Menu who={who} hash={props.hash} isOpen={isOpen} />}
			<div class="me">
				{who && <Go to="/me" class="who">{t("shell.you", { name: who.name, role: t(`role.${who.role}`) })}</Go>}
				<button type="button" class="plain" lang={language() === "zh" ? "en" : "zh-CN"} title={t("shell.language.label")} onClick={props.onLanguage}>{t("shell.language")}</button>
				{who && <button type="button" class="plain" onClick={signOut}>{t("shell.signout")}</button>}
			</div>
		</header>
	);
}

/** The pages of this person's menu, in order. */
function menuOf(who: Who): View[] {
	return views.filter((v) => v.nav !== undefined && may(who, v.right) && (v.isFor?.(who) ?? true)).sort((a, b) => a.nav! - b.nav!);
}

const GROUPS = [{ name: "work", until: 50 }, { name: "look", until: 80 }, { name: "set", until: 1000 }];

/** Three groups of pages; on a wide screen each opens below its button, in the drawer of a narrow
 * one all stand open.  Home is beside them. */
function Menu({ who, hash, isOpen }: { who: Who; hash: string; isOpen: boolean }): VNode {
	const shown = menuOf(who);
	const here = hash.split("?")[0]!;
	const first = shown[0];
	const groups = GROUPS.map((g, i) => ({ ...g, views: shown.filter((v) => v !== first && v.nav! < g.until && v.nav! >= (GROUPS[i - 1]?.until ?? 0)) }));
	return (
		<nav id="menu" class={isOpen ? "open" : ""} aria-label={t("shell.menu")}>
			{first && <Entry view={first} here={here} />}
			{groups.filter((g) => g.views.length > 0).map((g) => <Group key={g.name} name={g.name} views={g.views} here={here} />)}
		</nav>
	);
}

function Entry({ view, here }: { view: View; here: string }): VNode {
	return <Go to={view.path} aria-current={here === view.path ? "page" : undefined}>{t(view.title)}</Go>;
}

/** A group's button and its pages; Escape, a choice and a click elsewhere close it. */
function Group({ name, views: shown, here }: { name: string; views: View[]; here: string }): VNode {
	const [isOpen, setOpen] = useState(false);
	const box = useRef<HTMLDivElement>(null);
	const hasHere = shown.some((v) => v.path === here);
	useEffect(() => setOpen(false), [here]);
	useEffect(() => {
		if (!isOpen) return;
		const onDown = (e: Event) => { if (!box.current?.contains(e.target as Node)) setOpen(false); };
		addEventListener("pointerdown", onDown);
		addEventListener("focusin", onDown);
		return () => {
			removeEventListener("pointerdown", onDown);
			removeEventListener("focusin", onDown);
		};
	}, [isOpen]);
	const onKey = (e: KeyboardEvent) => {
		if (e.key !== "Escape" || !isOpen) return;
		setOpen(false);
		box.current?.querySelector("button")?.focus();
	};
	return (
		<div class="group" ref={box} onKeyDown={onKey}>
			<button type="button" class={`plain${hasHere ? " here" : ""}`} aria-expanded={isOpen} aria-controls={`menu-${name}`} onClick={() => setOpen(!isOpen)}>{t(`shell.group.${name}`)} <span aria-hidden="true">▾</span></button>
			<div id={`menu-${name}`} class={isOpen ? "pages open" : "pages"} role="group" aria-label={t(`shell.group.${name}`)}>
				{shown.map((v) => <Entry key={v.path} view={v} here={here} />)}
			</div>
		</div>
	);
}

/** The page of the address; who is not signed in is asked to, and comes back to it. */
function Body({ who, hash }: { who: Who | null; hash: string }): VNode {
	const main = useRef<HTMLElement>(null);
	const [path = "/", query = ""] = hash.split("?", 2);
	const found = find(path);
	const isOpen = found !== null && found.view.right === 0;

	useEffect(() => {
		if (!who && !isOpen) goTo(`/login?next=${encodeURIComponent(hash)}`, true);
		/* Not everybody may see the first page: his own first one stands for it. */
		if (who && path === "/" && !(found && may(who, found.view.right))) goTo(menuOf(who)[0]?.path ?? "/me", true);
	}, [who, hash]);
	useEffect(() => {
		document.title = `${found ? t(found.view.title) : t("shell.desk")} · fieldvisit`;
		main.current?.focus({ preventScroll: true });
		scrollTo(0, 0);
	}, [path, who]);
	return (
		<main id="main" ref={main} tabIndex={-1}>
			{found === null || (!isOpen && !may(who, found.view.right))
				? who && <><h1>{t("shell.nowhere")}</h1><p>{t("shell.nothing")}</p></>
				: <found.view.show key={path} params={found.params} query={new URLSearchParams(query)} />}
		</main>
	);
}
