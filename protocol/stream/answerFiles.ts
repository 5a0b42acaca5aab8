import { isRecord, toId } from '../text';

/** What the events of a run show about the origin of its files. */
interface FileOrigins {
	/** Ids of files that `message_file` events announced as files of the answer. */
	answerIds?: ReadonlySet<string>;
	/** Ids and URLs of the files that a chatflow was started with. */
	uploadIds?: ReadonlySet<string>;
}

/**
 * Returns the files of the answer in a list of Dify: `message_end.files`, or `message_files` of a stored
 * message. Both lists of a Chatbot or an Agent also contain the files that the user sent
 * (docs/dify-api.md#message-end).
 */
export function selectAnswerFiles(files: unknown, origins: FileOrigins = {}): unknown[] {
	if (!Array.isArray(files)) return [];
	return files.filter((file) => isRecord(file) && !isUpload(file, origins));
}

/** Returns the ids and URLs of the files in the inputs that `workflow_started` repeats. */
export function findInputFileIds(inputs: unknown): string[] {
	if (!isRecord(inputs)) return [];
	return Object.values(inputs).flatMap((value) =>
		(Array.isArray(value) ? value : [value]).filter(isRecord).flatMap(idsOf),
	);
}

function isUpload(file: Record<string, unknown>, { answerIds, uploadIds }: FileOrigins): boolean {
	const { belongs_to, dify_model_identity, transfer_method } = file;
	if (belongs_to === 'user') return true;
	const ids = idsOf(file);
	if (belongs_to === 'assistant' || ids.some((id) => answerIds?.has(id))) return false;
	// Files of a chatflow are outputs of its nodes. A node can also return a file that was sent to it.
	if (dify_model_identity !== undefined) return ids.some((id) => uploadIds?.has(id));
	// A user can send only such files, and the tools and models of an app create only tool files.
	return transfer_method === 'local_file' || transfer_method === 'remote_url';
}

function idsOf({ id, related_id, upload_file_id, remote_url }: Record<string, unknown>): string[] {
	return [id, related_id, upload_file_id, remote_url].flatMap((value) => toId(value) ?? []);
}
