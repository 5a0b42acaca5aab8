import type { MockDify, Scenario } from '../../../mock-dify';
import type { RawResponse, ReadOptions } from './rawClient';
import { sendRawRequest } from './rawClient';

export type Event = Record<string, unknown>;

/** The raw response to a chat message, with its events. */
export interface ChatResponse extends RawResponse {
	/** The data lines in order: parsed JSON, or the text of a line that is not valid JSON. */
	events: Array<Event | string>;
	/** `performance.now()` in the server immediately before each write. */
	writtenAtMs: number[];
}

interface ChatMessage {
	/** The name of the app. */
	app: string;
	/** How the app answers this message. */
	scenario: Scenario;
	/** Fields of the request body that differ from a plain streaming message. */
	body?: Record<string, unknown>;
	read?: ReadOptions;
}

/** Queues a scenario, sends a message to the app and returns the response. */
export async function sendChatMessage(
	dify: MockDify,
	{ app, scenario, body = {}, read }: ChatMessage,
): Promise<ChatResponse> {
	dify.enqueue(app, scenario);
	const defaults = { inputs: {}, query: 'hi', user: 'u', response_mode: 'streaming' };
	const response = await sendRawRequest(
		dify.origin,
		{
			method: 'POST',
			path: '/v1/chat-messages',
			headers: [
				['Authorization', `Bearer ${dify.key(app)}`],
				['Content-Type', 'application/json'],
			],
			body: JSON.stringify({ ...defaults, ...body }),
		},
		read,
	);
	const writtenAtMs = dify.requests.at(-1)?.writtenAtMs ?? [];
	return { ...response, events: parseEvents(response.body.toString()), writtenAtMs };
}

/** Returns the names of the events in order, with the text of those that have one: `message:Hello`. */
export function eventNames(events: ChatResponse['events']): string[] {
	return events.map((event) => {
		if (typeof event === 'string') return event;
		const { event: name, answer } = event;
		return answer === undefined ? String(name) : `${String(name)}:${String(answer)}`;
	});
}

/** Returns the events with this name. */
export function eventsNamed(events: ChatResponse['events'], name: string): Event[] {
	return events.filter(
		(event): event is Event => typeof event !== 'string' && event.event === name,
	);
}

function parseEvents(text: string): ChatResponse['events'] {
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
