import type { MockDify, Scenario } from '../../../mock-dify';
import type { Reading, RawAnswer } from './rawClient';
import { askRaw } from './rawClient';

export type Event = Record<string, unknown>;

/** The one run that an app is asked for, as it came off the socket. */
export interface Played extends RawAnswer {
	/** What its data lines hold, in order; one that is no JSON as it is. */
	events: Array<Event | string>;
	/** `performance.now()` of the server, right before each write. */
	stamps: number[];
}

/** Has an app play a run, and asks for it with a plain message. */
export async function askFor(
	dify: MockDify,
	app: string,
	run: Scenario,
	more: Record<string, unknown> = {},
	reading?: Reading,
): Promise<Played> {
	dify.enqueue(app, run);
	const body = { inputs: {}, query: 'hi', user: 'u', response_mode: 'streaming', ...more };
	const answer = await askRaw(
		dify.origin,
		{
			method: 'POST',
			path: '/v1/chat-messages',
			headers: [
				['Authorization', `Bearer ${dify.key(app)}`],
				['Content-Type', 'application/json'],
			],
			body: JSON.stringify(body),
		},
		reading,
	);
	const stamps = dify.requests.at(-1)?.stamps ?? [];
	return { ...answer, events: eventsOf(answer.body.toString()), stamps };
}

/** The events' names in order, and of those with text their text: `message:Hello`. */
export function storyOf(events: Played['events']): string[] {
	return events.map((event) => {
		if (typeof event === 'string') return event;
		const { event: name, answer } = event;
		return answer === undefined ? String(name) : `${String(name)}:${String(answer)}`;
	});
}

/** The events of one name. */
export function named(events: Played['events'], name: string): Event[] {
	return events.filter(
		(event): event is Event => typeof event !== 'string' && event.event === name,
	);
}

function eventsOf(text: string): Played['events'] {
	return text
		.split(/\r\n|\n|\r/)
		.filter((line) => line.startsWith('data: '))
		.map((line) => {
			try {
				return JSON.parse(line.slice(6)) as Event;
			} catch {
				return line.slice(6);
			}
		});
}
