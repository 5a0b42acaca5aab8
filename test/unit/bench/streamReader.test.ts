import type { StreamEvent } from '../../../bench/load/streamReader';
import { DifyStreamReader } from '../../../bench/load/streamReader';

function read(
	events: object[],
	version?: string,
): { reader: DifyStreamReader; seen: StreamEvent[] } {
	const seen: StreamEvent[] = [];
	const reader = new DifyStreamReader((event) => seen.push(event));
	reader.difyVersion = version;
	for (const event of events) reader.push(Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
	return { reader, seen };
}

const charactersOf = ({ seen }: { seen: StreamEvent[] }): number[] =>
	seen.map(({ characters }) => characters);

describe('stream reader: characters of an event', () => {
	const part = (answer: string): object => ({ event: 'agent_message', answer });
	const closing = (answer: string): object => ({ event: 'message', answer });
	const end = { event: 'message_end' };

	it('are none for the message that repeats the answer of a New Agent', () => {
		const result = read([part('one '), part('two'), closing('one two'), end]);
		expect(charactersOf(result)).toEqual([4, 3, 0, 0]);
		expect(result.reader.snapshot().status).toBe('completed');
	});

	it('are the new ones if the repeated answer is longer', () => {
		expect(charactersOf(read([part('one'), closing('one two'), end]))).toEqual([3, 4, 0]);
	});

	it('are all of the text of a replacement', () => {
		const replace = { event: 'message_replace', answer: 'new' };
		expect(charactersOf(read([closing('long text'), replace, end]))).toEqual([9, 3, 0]);
	});

	it('are those of the answer text if the answer is a number', () => {
		expect(charactersOf(read([{ event: 'message', answer: 42 }, end]))).toEqual([2, 0]);
	});
});

it('stream reader: the wait for the second end event depends on the version', () => {
	const finished = { event: 'workflow_finished', data: { id: 'w', status: 'succeeded' } };
	const wait = (version?: string): number => read([finished], version).reader.graceMs;
	expect(wait('1.12.1')).toBeGreaterThan(wait('1.16.0'));
	expect(read([finished]).reader.phase).toBe('awaitingPair');
});
