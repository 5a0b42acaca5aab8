import type { Random } from './random';

export interface Mutated {
	bytes: Buffer;
	/** What was changed, for the report of a finding. */
	changes: string[];
}

/** Values that a field may have although no Dify has sent them. */
const ODD_VALUES: readonly unknown[] = [
	null,
	true,
	0,
	-1,
	1.5,
	1e300,
	'',
	' ',
	'\u0000',
	'\ud800',
	'<think>',
	'</think>',
	'../..',
	[],
	[null],
	[[[]]],
	['a', 1, {}],
	{},
	{ a: { b: { c: null } } },
	{ toString: 1 },
	JSON.parse('{"__proto__": {"answer": "polluted"}, "constructor": 1}'),
];

const EVENT_NAMES: readonly string[] = [
	'',
	'__proto__',
	'constructor',
	'error',
	'message',
	'message_end',
	'message_replace',
	'new_event',
	'ping',
	'toString',
	'workflow_finished',
	'workflow_paused',
];

/** Long enough that a regular expression with quadratic time needs seconds. */
const LONG_TEXT = 200_000;

/** Returns the recorded stream with one to three changes. */
export function mutateStream(random: Random, recorded: Buffer): Mutated {
	const changes: string[] = [];
	let bytes = recorded;
	for (let left = 1 + random.below(3); left > 0; left--) {
		bytes = random.chance(0.65)
			? mutateEvents(random, bytes, changes)
			: mutateBytes(random, bytes, changes);
	}
	return { bytes, changes };
}

/** Returns the recorded JSON body with one to three changes. */
export function mutateBody(random: Random, recorded: Buffer): Mutated {
	const changes: string[] = [];
	let bytes = recorded;
	for (let left = 1 + random.below(3); left > 0; left--) {
		const value = random.chance(0.8) ? parseJson(bytes.toString()) : undefined;
		bytes =
			value === undefined
				? mutateBytes(random, bytes, changes)
				: Buffer.from(JSON.stringify(mutateJson(random, value, changes)) ?? 'null');
	}
	return { bytes, changes };
}

function mutateBytes(random: Random, bytes: Buffer, changes: string[]): Buffer {
	const start = random.below(bytes.length + 1);
	const end = Math.min(bytes.length, start + random.below(200));
	const [before, part, after] = [
		bytes.subarray(0, start),
		bytes.subarray(start, end),
		bytes.subarray(end),
	];
	const mutations: Array<[string, () => Buffer]> = [
		[`cut at byte ${start}`, () => before],
		[`bytes ${start} to ${end} removed`, () => Buffer.concat([before, after])],
		[`bytes ${start} to ${end} repeated`, () => Buffer.concat([before, part, part, after])],
		[
			`random bytes at ${start}`,
			() => {
				const noise = Array.from({ length: 1 + random.below(20) }, () => random.below(256));
				return Buffer.concat([before, Buffer.from(noise), part, after]);
			},
		],
		[
			`a bit of byte ${start} flipped`,
			() => {
				const copy = Buffer.from(bytes);
				if (start < copy.length) copy[start] = (copy[start] ?? 0) ^ (1 << random.below(8));
				return copy;
			},
		],
		[
			'line breaks changed',
			() => {
				const lineBreak = random.pick(['\r\n', '\r', '\n\n']);
				return Buffer.from(bytes.toString('latin1').replace(/\n/g, lineBreak), 'latin1');
			},
		],
		['byte order mark', () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])],
	];
	const [change, mutate] = random.pick(mutations);
	changes.push(change);
	return mutate();
}

/** Changes whole events of a stream. */
function mutateEvents(random: Random, bytes: Buffer, changes: string[]): Buffer {
	const blocks = bytes.toString().split('\n\n');
	const index = random.below(blocks.length);
	const block = blocks[index] ?? '';
	const event = parseJson(block.replace(/^data: ?/, ''));
	const mutations: Array<[string, () => void]> = [
		[`event ${index} removed`, () => blocks.splice(index, 1)],
		[`event ${index} repeated`, () => blocks.splice(index, 0, block)],
		[
			`event ${index} moved`,
			() => blocks.splice(random.below(blocks.length), 0, ...blocks.splice(index, 1)),
		],
		[`stream ends after event ${index}`, () => blocks.splice(index + 1, Infinity, '')],
		[`ping before event ${index}`, () => blocks.splice(index, 0, 'event: ping')],
		[
			`no event in message ${index}`,
			() => blocks.splice(index, 0, `data: ${JSON.stringify(random.pick(ODD_VALUES))}`),
		],
		[`comment before event ${index}`, () => blocks.splice(index, 0, ': a comment\nretry: x\nid')],
	];
	if (isObject(event)) {
		const set = (change: string, changed: unknown): [string, () => void] => [
			`event ${index}: ${change}`,
			() => (blocks[index] = `data: ${JSON.stringify(changed)}`),
		];
		const name = random.pick(EVENT_NAMES);
		const innerChanges: string[] = [];
		const changed = mutateJson(random, event, innerChanges);
		const long = random.pick([' ', 'a', '\t', '<', '"', '{']).repeat(LONG_TEXT);
		mutations.push(
			set(innerChanges.join(), changed),
			set(innerChanges.join(), changed),
			set(innerChanges.join(), changed),
			set(`the name is '${name}'`, { ...event, event: name }),
			set('error', {
				...event,
				event: 'error',
				code: random.pick(ODD_VALUES),
				status: random.pick([400, 500, null, 'x']),
				message: random.pick([...ODD_VALUES, 'Rate limit', `Run failed: ${long}`, long]),
			}),
			set('message_replace', { ...event, event: 'message_replace', answer: 'Replaced.' }),
		);
	}
	const [change, mutate] = random.pick(mutations);
	changes.push(change);
	mutate();
	return Buffer.from(blocks.join('\n\n'));
}

/** Returns a copy of the value in which one place has changed. */
export function mutateJson(random: Random, value: unknown, changes: string[]): unknown {
	const copy = structuredClone(value);
	const places: Array<{ owner: Record<string, unknown>; key: string; path: string }> = [];
	const collect = (owner: unknown, path: string): void => {
		if (typeof owner !== 'object' || owner === null || places.length > 500) return;
		for (const [key, child] of Object.entries(owner)) {
			places.push({ owner: owner as Record<string, unknown>, key, path: `${path}.${key}` });
			collect(child, `${path}.${key}`);
		}
	};
	collect(copy, '');
	if (places.length === 0 || random.chance(0.03)) {
		const odd = random.pick(ODD_VALUES);
		changes.push(`all is ${show(odd)}`);
		return odd;
	}
	const { owner, key, path } = random.pick(places);
	if (random.chance(0.25)) {
		changes.push(`${path} removed`);
		if (Array.isArray(owner)) owner.splice(Number(key), 1);
		else delete owner[key];
		return copy;
	}
	const odd = random.chance(0.05) ? ' '.repeat(LONG_TEXT) : random.pick(ODD_VALUES);
	changes.push(`${path} is ${show(odd)}`);
	owner[key] = odd;
	return copy;
}

export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
	return (JSON.stringify(value) ?? 'undefined').slice(0, 60);
}
