// Key files kept in this browser (IndexedDB): wrapped under their passphrase, never open.
const DATABASE = "fieldvisit-keys";
const STORE = "files";

function database(): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const opening = indexedDB.open(DATABASE, 1);
		opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
		opening.onsuccess = () => resolve(opening.result);
		opening.onerror = () => reject(opening.error);
	});
}

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
	const db = await database();
	try {
		return await new Promise<T>((resolve, reject) => {
			const transaction = db.transaction(STORE, mode);
			const request = work(transaction.objectStore(STORE));
			transaction.oncomplete = () => resolve(request.result);
			transaction.onerror = transaction.onabort = () => reject(transaction.error);
		});
	} finally {
		db.close();
	}
}

export interface KeptFile {
	/** "agency/id". */
	name: string;
	text: string;
}

/** Every key file of this browser; none where the browser keeps nothing. */
export async function keptFiles(): Promise<KeptFile[]> {
	try {
		const names = await run("readonly", (store) => store.getAllKeys());
		const texts = await run("readonly", (store) => store.getAll());
		return names.map((name, i) => ({ name: String(name), text: String(texts[i]) }));
	} catch {
		return [];
	}
}

/** Keep a wrapped key file; a browser that refuses keeps none, and the file is still there. */
export async function keepFile(file: KeptFile): Promise<boolean> {
	try {
		await run("readwrite", (store) => store.put(file.text, file.name));
		return true;
	} catch {
		return false;
	}
}

export async function dropFile(name: string): Promise<void> {
	await run("readwrite", (store) => store.delete(name));
}
