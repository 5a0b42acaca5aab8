import { isObject, parseJson } from './mutate';

/** What a simple reading of a stream finds. It shares no code with protocol/. */
export interface Reading {
	/** Whether the stream contains an event that ends a run. */
	isOver: boolean;
	/** Whether the run ends with a failure before anything else ends it. */
	isFailed: boolean;
	/**
	 * The possible answers: the text at the first ending, and after each later event. Which of them is right
	 * depends on Dify's version.
	 */
	answers: ReadonlySet<string>;
	/** All text so far. The answer of a run that is cut off and recovered, if nothing else was found. */
	arrived: string;
	/** Whether a part of the answer is no text. The answers are then not known. */
	hasOddText: boolean;
}

/** Reads a stream line by line, as WHATWG HTML 9.2.6 says, and adds up the answer. */
export function readStream(bytes: Buffer): Reading {
	const reading = { isOver: false, isFailed: false, hasOddText: false };
	const answers = new Set<string>();
	/** An Agent app of Dify 1.16 repeats its answer in a last `message`. Both readings are possible. */
	let texts = { appended: '', repeated: '' };
	let isAgentAnswer = false;
	let isReplacedByNothing = false;
	let output: string | undefined;
	for (const event of parseEvents(bytes)) {
		const { event: name, data } = event;
		const isText = ['message', 'agent_message', 'message_replace'].includes(String(name));
		const isWorkflowText = name === 'text_chunk' || name === 'text_replace';
		const text = isWorkflowText ? isObject(data) && data.text : event.answer;
		if (isText || isWorkflowText || (name === 'message_file' && text !== undefined)) {
			if (typeof text !== 'string') {
				reading.hasOddText = true;
				continue;
			}
			if (name === 'message_replace' || name === 'text_replace') {
				texts = { appended: text, repeated: text };
				isReplacedByNothing = text === '';
			} else {
				const isRepeated = name === 'message' && isAgentAnswer;
				texts = {
					appended: texts.appended + text,
					repeated: isRepeated ? text : texts.repeated + text,
				};
				if (text !== '') isReplacedByNothing = false;
			}
			if (name === 'agent_message' || name === 'message') isAgentAnswer = name === 'agent_message';
		}
		if (name === 'workflow_finished' && isObject(data)) {
			const outputs = isObject(data.outputs) ? data.outputs : {};
			if (typeof outputs.answer === 'string') output = outputs.answer;
			if (!reading.isOver) reading.isFailed = data.status === 'failed';
			reading.isOver = true;
		}
		if (name === 'error') {
			if (!reading.isOver) reading.isFailed = true;
			reading.isOver = true;
		}
		if (name === 'message_end' || name === 'workflow_paused') reading.isOver = true;
		if (!reading.isOver) continue;
		for (const whole of [texts.appended, texts.repeated]) {
			answers.add(whole === '' && !isReplacedByNothing ? (output ?? '') : whole);
		}
	}
	return { ...reading, answers, arrived: texts.appended };
}

/** Returns the events of a stream. Messages that are no JSON objects with an `event` are left out. */
function parseEvents(bytes: Buffer): Array<Record<string, unknown>> {
	const text = new TextDecoder().decode(bytes);
	// The last part has no line break, so it is no line.
	const lines = text.split(/\r\n|\n|\r/).slice(0, -1);
	const events: Array<Record<string, unknown>> = [];
	let data: string[] = [];
	for (const line of lines) {
		if (line === '') {
			const value = parseJson(data.join('\n'));
			if (data.length > 0 && isObject(value) && typeof value.event === 'string') events.push(value);
			data = [];
			continue;
		}
		const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
		if (field === 'data') data.push(value);
	}
	return events;
}

/** Returns why a result is a wrong success, `undefined` if it is right or no success. */
export function findWrongSuccess(
	result: { status: unknown; answer: unknown },
	reading: Reading,
): string | undefined {
	const { status, answer } = result;
	if (!['completed', 'partial', 'stopped', 'paused'].includes(String(status))) return undefined;
	if (!reading.isOver) return `the run is ${String(status)}, but the stream has no end`;
	if (status !== 'completed') return undefined;
	if (reading.isFailed) return 'the run is completed, but it failed';
	if (reading.hasOddText || reading.answers.has(String(answer))) return undefined;
	const expected = [...reading.answers].map((text) => quote(text)).join(' or ');
	return `the answer is ${quote(answer)} instead of ${expected}`;
}

export function quote(value: unknown): string {
	const text = JSON.stringify(value) ?? 'undefined';
	return text.length > 120 ? `${text.slice(0, 60)}…${text.slice(-60)}` : text;
}
