import { randomUUID } from 'node:crypto';
import { isUuid } from './check';
import { invalid } from './failures';
import type { App, Store } from './store';

const TYPES = ['image', 'document', 'audio', 'video', 'custom'];

/**
 * The files of a message, as GET /messages shows them. Dify drops an entry that has no
 * `transfer_method` or no URL, and all of them where the app takes none.
 *
 * @param isMine whether an upload must be the user's own
 * @throws {Refusal} as Dify refuses them (contract, 3.3)
 */
export function readFiles(
	app: App,
	store: Store,
	files: unknown,
	isMine: (uploader: string) => boolean,
): Array<Record<string, unknown>> {
	if (!Array.isArray(files) || app.fileUpload === undefined) return [];
	const { allowed_file_types: allowed } = app.fileUpload;
	const read: Array<Record<string, unknown>> = [];
	for (const file of files as Array<Record<string, unknown>>) {
		const { type, transfer_method: method, url, upload_file_id: id } = file;
		if (method === undefined || (method === 'remote_url' && url === undefined)) continue;
		if (!TYPES.includes(String(type))) throw invalid(`'${String(type)}' is not a valid FileType`);
		let found = { name: String(url).split('/').at(-1), mimeType: '', size: -1, url };
		if (method === 'local_file') {
			if (!isUuid(id)) throw invalid('Invalid upload file id format');
			const upload = store.uploads.get(id);
			if (upload?.app !== app || !isMine(upload.user)) throw invalid('Invalid upload file');
			found = upload;
		} else if (method !== 'remote_url') {
			throw invalid(`'${String(method)}' is not a valid FileTransferMethod`);
		}
		if (Array.isArray(allowed) && !allowed.includes(type))
			throw invalid(`File validation failed for file: ${found.name}`);
		read.push({
			id: randomUUID(),
			filename: found.name,
			type,
			url: found.url,
			mime_type: found.mimeType,
			size: found.size,
			transfer_method: method,
			belongs_to: 'user',
			upload_file_id: id ?? null,
		});
	}
	const images = read.filter(({ type }) => type === 'image').length;
	if (images > 3) throw invalid('Number of image files exceeds the maximum limit 3');
	return read;
}
