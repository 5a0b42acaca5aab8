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

/** Collects the files of the answer from the events of a run. */
export class AnswerFiles {
	private readonly announced: unknown[] = [];
	private readonly answerIds = new Set<string>();
	private uploadIds: ReadonlySet<string> | undefined;

	/** Adds the file of a `message_file` event, unless the user sent it. */
	announce(file: Record<string, unknown>): void {
		if (selectAnswerFiles([{ belongs_to: 'assistant', ...file }]).length === 0) return;
		this.announced.push(file);
		const id = toId(file.id);
		if (id !== undefined) this.answerIds.add(id);
	}

	/** Notes the files in the inputs that `workflow_started` repeats. The first inputs count. */
	setInputs(inputs: unknown): void {
		this.uploadIds ??= new Set(findInputFileIds(inputs));
	}

	/**
	 * Returns the files of the answer.
	 *
	 * @param files the list of `message_end`. Before Dify 1.13 only `message_file` events have the files
	 */
	select(files: unknown): unknown[] {
		const { answerIds, uploadIds } = this;
		const listed = selectAnswerFiles(files, { answerIds, uploadIds });
		return listed.length > 0 ? listed : this.announced;
	}
}

/** Returns the ids and URLs of the files in the inputs that `workflow_started` repeats. */
function findInputFileIds(inputs: unknown): string[] {
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
