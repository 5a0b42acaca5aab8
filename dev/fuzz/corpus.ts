import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../build';

const RECORDINGS = join(ROOT, 'test/fixtures/recordings');

/** A recorded response of a real Dify server. */
export interface Recorded {
	/** Dify's version and the recording's name. */
	name: string;
	status: number;
	contentType: string;
	version: string;
	body: Buffer;
}

/** The recorded responses, by what they are. */
export interface Corpus {
	/** Event streams of POST /chat-messages and of GET /workflow/{id}/events. */
	streams: Recorded[];
	/** Successful blocking responses of POST /chat-messages. */
	blocking: Recorded[];
	parameters: Recorded[];
	forms: Recorded[];
	messages: Recorded[];
	/** Responses with an error status. */
	errors: Recorded[];
}

interface RecordingFile {
	request: { method: string; path: string };
	response: {
		status: number;
		headers: Array<[string, string]>;
		chunks: Array<{ text?: string; base64?: string }>;
	};
}

/** Longer streams only repeat the same events, and cost time. */
const MAX_BODY_BYTES = 60_000;

/** Reads the recordings in test/fixtures, in a fixed order. */
export function loadCorpus(): Corpus {
	const corpus: Corpus = {
		streams: [],
		blocking: [],
		parameters: [],
		forms: [],
		messages: [],
		errors: [],
	};
	const versions = readdirSync(RECORDINGS, { withFileTypes: true });
	for (const { name: version } of versions.filter((entry) => entry.isDirectory())) {
		for (const file of readdirSync(join(RECORDINGS, version)).sort()) {
			const text = readFileSync(join(RECORDINGS, version, file), 'utf8');
			const { request, response } = JSON.parse(text) as RecordingFile;
			const header = (name: string): string =>
				response.headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
			const recorded: Recorded = {
				name: `${version}/${file.replace(/\.json$/, '')}`,
				status: response.status,
				contentType: header('content-type'),
				version: header('x-version'),
				body: Buffer.concat(
					response.chunks.map(({ text: chunk, base64 }) =>
						base64 === undefined ? Buffer.from(chunk ?? '') : Buffer.from(base64, 'base64'),
					),
				),
			};
			if (recorded.body.length > MAX_BODY_BYTES) continue;
			kindOf(corpus, request, recorded)?.push(recorded);
		}
	}
	return corpus;
}

function kindOf(
	corpus: Corpus,
	{ method, path }: RecordingFile['request'],
	{ status, contentType }: Recorded,
): Recorded[] | undefined {
	if (status >= 400) return corpus.errors;
	if (contentType.includes('event-stream')) {
		return /chat-messages|\/events/.test(path) ? corpus.streams : undefined;
	}
	if (method === 'POST') return path === '/v1/chat-messages' ? corpus.blocking : undefined;
	if (path.startsWith('/v1/parameters')) return corpus.parameters;
	if (path.startsWith('/v1/form/')) return corpus.forms;
	return path.startsWith('/v1/messages?') ? corpus.messages : undefined;
}
