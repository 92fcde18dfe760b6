// Notes and attachments of a visit or a case: opened here, with the supervisor's key.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { keyProblem, openAttached, openNote } from "../keys";
import { mediaType, withoutMetadata } from "../keys/attach";
import type { NoteRow } from "../keys/rewrap";
import { save } from "../keys/save";
import { useUntilLocked } from "../parts/locked";
import { Act, Go, Load, Time } from "../ui";
import type { Seen } from "../views";
import { t } from "../words";
import "./Keys.css";

interface Opened {
	leaf: number;
	text?: string;
	readers?: number;
	bytes?: Uint8Array;
	type?: string | null;
	url?: string;
}

interface PanelProps {
	id: string;
	data: any;
}

export const VisitNotes = (props: PanelProps): VNode => <NotesPanel of="visit" {...props} />;
export const CaseNotes = (props: PanelProps): VNode => <NotesPanel of="case" {...props} />;

/** The same on a page of its own. */
export function Notes({ params }: Seen): VNode {
	const of = params.of === "case" ? "case" : "visit";
	return (
		<>
			<h1>{t("notes.panel")}</h1>
			<p><Go to={`/${of}/${params.id}`}>{params.id}</Go></p>
			<NotesPanel of={of} id={params.id ?? ""} data={null} />
		</>
	);
}

function NotesPanel({ of, id, data }: PanelProps & { of: "visit" | "case" }): VNode {
	const rows = useLoad(() => api.get<{ rows: NoteRow[] }>("/notes", { [of]: id }), [of, id]);
	const zone = String(data?.zone ?? data?.case?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
	return (
		<Load of={rows} show={({ rows: list }) => (
			<>
				{list.length === 0 && <p class="none">{t(`notes.none.${of}`)}</p>}
				{list.map((row) => <Sealed key={`${row.dev} ${row.seq}`} row={row} zone={zone} />)}
				{list.length > 0 && <p class="tell">{t("notes.limits")}</p>}
			</>
		)} />
	);
}

/** Bytes that were shown do not stay behind as an address that anything could fetch. */
function useReleased(opened: Opened | null): void {
	useEffect(() => () => {
		if (opened?.url) URL.revokeObjectURL(opened.url);
		opened?.bytes?.fill(0);
	}, [opened]);
}

function Sealed({ row, zone }: { row: NoteRow; zone: string }): VNode {
	const [opened, setOpened] = useUntilLocked<Opened | null>(null);
	const [problem, setProblem] = useState("");
	const [pieces, setPieces] = useState("");
	useReleased(opened);
	const open = async () => {
		setProblem("");
		try {
			setOpened(row.type === "note" ? await openNote(row.dev, row.seq) : await attached());
		} catch (error) {
			setProblem(keyProblem(error));
		} finally {
			setPieces("");
		}
	};
	const attached = async (): Promise<Opened> => {
		const { bytes, leaf } = await openAttached(row.dev, row.seq, (done, all) => setPieces(t("notes.pieces", { done, of: all })));
		const type = mediaType(bytes);
		const url = type ? URL.createObjectURL(new Blob([bytes as BlobPart], { type })) : undefined;
		return { leaf, bytes, type, ...(url ? { url } : {}) };
	};
	const what = row.type === "note" ? t(`notes.note.${row.kind ?? 0}`) : t(`notes.attachment.${row.kind ?? 5}`);
	return (
		<article class="sealed-row" aria-label={what}>
			<div class="row">
				<div>
					<strong>{what}</strong> <Time ms={row.at_ms} zone={zone} />
					<p class="tell">{describe(row)}</p>
				</div>
				{opened
					? <button type="button" onClick={() => setOpened(null)}>{t("notes.close")}</button>
					: <Act kind="main" run={open}>{t("notes.open")}</Act>}
			</div>
			<p role="status" class="tell">{pieces}</p>
			{problem && <p class="refused" role="alert">{problem}</p>}
			{opened && <Shown row={row} what={what} opened={opened} />}
		</article>
	);
}

function describe(row: NoteRow): string {
	const size = row.bytes === undefined ? "" : `${t("notes.size", { kib: Math.max(1, Math.round(row.bytes / 1024)), pieces: row.pieces ?? 0 })} · `;
	const seal = t(row.sealed ? "notes.sealed" : "notes.unsealed");
	const state = row.state === "here" ? "" : ` · ${t(`notes.state.${row.state}`)}`;
	return `${size}${t("notes.readers", { n: row.readers.length })} · ${seal}${state}`;
}

function Shown({ row, what, opened }: { row: NoteRow; what: string; opened: Opened }): VNode {
	const download = () => {
		const clean = withoutMetadata(opened.bytes!);
		save(`attachment-${row.seq}.${extension(opened.type ?? null)}`, opened.type ?? "application/octet-stream", clean as BlobPart);
		clean.fill(0);
	};
	return (
		<>
			{opened.text !== undefined && <pre class="opened">{opened.text}</pre>}
			{opened.url && opened.type!.startsWith("image/") && <img class="attached-image" src={opened.url} alt={what} />}
			{opened.url && opened.type!.startsWith("audio/") && <audio class="attached-audio" controls src={opened.url} aria-label={what} />}
			{opened.bytes && !opened.url && <p>{t("notes.noshow")}</p>}
			{opened.bytes && (
				<p><button type="button" onClick={download}>{t("notes.download")}</button> <span class="hint">{t("notes.download.hint")}</span></p>
			)}
			<p class="tell">{t("notes.opened", { leaf: opened.leaf })}</p>
		</>
	);
}

function extension(type: string | null): string {
	const known: Record<string, string> = {
		"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "audio/wav": "wav", "audio/ogg": "ogg",
		"audio/flac": "flac", "audio/mpeg": "mp3", "audio/mp4": "m4a",
	};
	return (type && known[type]) || "bin";
}
