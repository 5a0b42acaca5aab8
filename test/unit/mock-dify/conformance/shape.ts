import type { Recording } from '../../../fixtures/recordings';
import { bytesOf } from '../../../fixtures/recordings';
import type { RawAnswer } from '../rawClient';

type Answer = Pick<RawAnswer, 'status' | 'headers' | 'chunks'> & { ended: string };

/** What of an answer must be the same whoever gives it: all but ids, times and counts. */
export interface Shape {
	status: number;
	ended: string;
	headers: Record<string, string>;
	body: unknown;
}

/** The headers that Dify sets; the others are its gunicorn's. */
const HEADERS = [
	'content-type',
	'x-version',
	'x-env',
	'vary',
	'www-authenticate',
	'access-control-allow-origin',
	'access-control-expose-headers',
	'cache-control',
];

/** How the recorder's words for an end read over a bare socket. */
const ENDS: Readonly<Record<string, string>> = {
	client_closed: 'left',
	// It gave up after 45 s of the 300 s that a chatflow's silence lasts (contract, 3.4).
	timeout: 'clean',
};

/** The shape of what was recorded. */
export function recordedShape({ response, dify_version: version }: Recording): Shape {
	const { status, headers, chunks, ended } = response;
	return shapeOf(
		{
			status,
			headers,
			chunks: chunks.map(bytesOf),
			ended: ENDS[ended] ?? ended,
		},
		version,
	);
}

/** The shape of an answer of this version of Dify. */
export function shapeOf({ status, headers, chunks, ended }: Answer, version: string): Shape {
	const text = Buffer.concat(chunks).toString();
	const find = (name: string): string =>
		headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
	const type = find('content-type');
	return {
		status,
		ended,
		headers: Object.fromEntries(
			// 1.12.1 says `Vary: Cookie` of some answers and not of others of the same kind.
			HEADERS.filter((name) => name !== 'vary' || version !== '1.12.1').map((name) => [
				name,
				find(name),
			]),
		),
		body: type.startsWith('text/event-stream')
			? streamShape(chunks)
			: type.startsWith('application/json') && text !== ''
				? jsonShape(text)
				: text,
	};
}

/** The answer, and each event's name and fields; runs of the same count once, as tokens differ in number. */
function streamShape(chunks: Buffer[]): unknown {
	const shapes: string[] = [];
	let answer = '';
	for (const chunk of chunks) {
		const text = chunk.toString();
		if (!/^(?:data: [^\n]*|event: ping)\n\n$/.test(text))
			throw new Error('a chunk is not one event');
		const data = text.startsWith('data: ')
			? (JSON.parse(text.slice(6)) as Record<string, unknown>)
			: undefined;
		if (typeof data?.answer === 'string') answer += data.answer;
		const shape = data === undefined ? 'ping' : `${String(data.event)} ${Object.keys(data).join()}`;
		if (shapes.at(-1) !== shape && !shape.startsWith('node_')) shapes.push(shape);
	}
	return { shapes, answer };
}

function jsonShape(text: string): unknown {
	return {
		value: generic(JSON.parse(text)),
		spaced: /^\{"\w+": /.test(text),
		endsLine: text.endsWith('\n'),
	};
}

/** Values are kept where they are Dify's own, and typed where they are of one run. */
function generic(value: unknown, key = ''): unknown {
	if (Array.isArray(value)) return value.map((entry) => generic(entry));
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(
			Object.entries(value).map(([name, field]) => [name, generic(field, name)]),
		);
	}
	if (typeof value === 'number' && key !== 'status') return 'number';
	if (typeof value === 'string' && /price/.test(key)) return 'price';
	if (typeof value !== 'string') return key.startsWith('time_to') ? 'number or null' : value;
	return value
		.replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, 'ID')
		.replace(/:\/\/127.0.0.1:\d+\//, '://DIFY/')
		.replace(/timestamp=.*/, 'SIGNED')
		.replace(/input_value=.*?, input_type/s, 'input_value=…, input_type')
		.replace(/pydantic\.dev\/[\d.]+\/v\/\w+/, 'pydantic.dev/…');
}
