import type { Recording } from '../../../fixtures/recordings';
import { bytesOf } from '../../../fixtures/recordings';
import { UUID_PATTERN } from '../../../../mock-dify/http/validation';
import type { RawResponse } from '../rawClient';

type Response = Pick<RawResponse, 'status' | 'headers' | 'chunks'> & { ended: string };

/** The parts of a response that must equal the recording: everything except ids, times and counts. */
export interface ResponseShape {
	status: number;
	ended: string;
	headers: Record<string, string>;
	body: unknown;
}

/** The headers that Dify sets. Its web server, gunicorn, sets the others. */
const DIFY_HEADERS = [
	'content-type',
	'x-version',
	'x-env',
	'vary',
	'www-authenticate',
	'access-control-allow-origin',
	'access-control-expose-headers',
	'cache-control',
];

/** Returns the shape of a recorded response. */
export function getRecordedShape({ response, dify_version: version }: Recording): ResponseShape {
	const { status, headers, chunks, ended } = response;
	return getShape(
		{
			status,
			headers,
			chunks: chunks.map(bytesOf),
			// The recorder gave up after 45 s. Dify would have ended the stream cleanly after 300 s.
			ended: ended === 'timeout' ? 'clean' : ended,
		},
		version,
	);
}

/** Returns the shape of a response of this version of Dify. */
export function getShape(
	{ status, headers, chunks, ended }: Response,
	version: string,
): ResponseShape {
	const text = Buffer.concat(chunks).toString();
	const find = (name: string): string =>
		headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
	const type = find('content-type');
	return {
		status,
		ended,
		headers: Object.fromEntries(
			// Dify 1.12.1 adds `Vary: Cookie` to some responses of a kind and not to others.
			DIFY_HEADERS.filter((name) => name !== 'vary' || version !== '1.12.1').map((name) => [
				name,
				find(name),
			]),
		),
		body: type.startsWith('text/event-stream')
			? getStreamShape(chunks)
			: type.startsWith('application/json') && text !== ''
				? getJsonShape(text, version)
				: // Only the beginning of a recorded audio file is meaningful.
					type.startsWith('audio/')
					? text.slice(0, 3)
					: text,
	};
}

/**
 * Returns the answer, and the name and the fields of each event. Equal consecutive events count once,
 * because the number of tokens may differ.
 */
function getStreamShape(chunks: Buffer[]): unknown {
	const shapes: string[] = [];
	let answer = '';
	for (const chunk of chunks) {
		const text = chunk.toString();
		if (!/^(?:data: [^\n]*|event: ping)\n\n$/.test(text))
			throw new Error('A chunk must contain exactly one event');
		const data = text.startsWith('data: ')
			? (JSON.parse(text.slice(6)) as Record<string, unknown>)
			: undefined;
		if (typeof data?.answer === 'string') answer += data.answer;
		const shape = data === undefined ? 'ping' : getEventShape(data);
		if (shapes.at(-1) !== shape && !shape.startsWith('node_')) shapes.push(shape);
	}
	return { shapes, answer };
}

/** Returns the name of an event, the names of its fields, and the fields that tell versions apart. */
function getEventShape(event: Record<string, unknown>): string {
	const { event: name, from_variable_selector: selector, metadata, files, data } = event;
	const shape = `${String(name)} ${Object.keys(event).join()}`;
	switch (name) {
		case 'message':
			return `${shape}, selector: ${getListShape(selector)}`;
		case 'message_end': {
			const { usage, ...rest } = metadata as Record<string, unknown>;
			const fields = [...Object.keys(rest), ...Object.keys(usage ?? {})].join();
			return `${shape}, files: ${getListShape(files)}, metadata: ${fields}`;
		}
		case 'workflow_finished': {
			const { status, error } = data as Record<string, unknown>;
			return `${shape}, ${String(status)}: ${String(error)}`;
		}
		default:
			return shape;
	}
}

function getListShape(list: unknown): string {
	return Array.isArray(list) && list.length > 0 ? 'list' : JSON.stringify(list ?? null);
}

function getJsonShape(text: string, version: string): unknown {
	return {
		value: replaceRunValues(JSON.parse(text)),
		// The recorded server of 1.16.0 had no ujson, so all its JSON has spaces.
		spaced: version !== '1.16.0' && /^\{"\w+": /.test(text),
		endsLine: text.endsWith('\n'),
	};
}

/** Replaces values that differ between runs, such as ids and times, with a name. Keeps all others. */
function replaceRunValues(value: unknown, key = ''): unknown {
	if (Array.isArray(value)) return value.map((entry) => replaceRunValues(entry));
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(
			Object.entries(value).map(([name, field]) => [name, replaceRunValues(field, name)]),
		);
	}
	if (typeof value === 'number' && key !== 'status') return 'number';
	if (typeof value === 'string' && /price/.test(key)) return 'price';
	if (typeof value !== 'string') return key.startsWith('time_to') ? 'number or null' : value;
	return value
		.replace(new RegExp(UUID_PATTERN, 'g'), 'ID')
		.replace(/:\/\/127.0.0.1:\d+\//, '://DIFY/')
		.replace(/timestamp=.*/, 'SIGNED')
		.replace(/input_value=.*?, input_type/s, 'input_value=…, input_type')
		.replace(/pydantic\.dev\/[\d.]+\/v\/\w+/, 'pydantic.dev/…');
}
