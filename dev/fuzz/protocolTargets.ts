import {
	acceptsFiles,
	findInvalidInput,
	getFileSizeLimit,
	parseAppVariables,
} from '../../protocol/appParameters';
import type { ErrorSource } from '../../protocol/errors/classify';
import { classifyError, MAX_ERROR_BODY_BYTES } from '../../protocol/errors/classify';
import { parseFormActions, parseFormFields } from '../../protocol/humanInputForm';
import type { AccumulatorOptions } from '../../protocol/stream/accumulator';
import { RunAccumulator } from '../../protocol/stream/accumulator';
import { isBlockingBody, parseBlockingBody } from '../../protocol/stream/blocking';
import type { RunResult } from '../../protocol/stream/result';
import { createSseDecoder } from '../../protocol/stream/sseDecoder';
import type { Corpus } from './corpus';
import type { Finding } from './finding';
import { isObject, mutateBody, mutateJson, mutateStream, parseJson } from './mutate';
import { findWrongSuccess, quote, readStream } from './oracle';
import type { Random } from './random';

/** CPU time after which a round counts as a hang. The usual round needs less than 10 ms. */
const MAX_CPU_MS = 1_000;

/** What a target found, and the input. */
interface Report {
	/** The recording and the changes. */
	input: string;
	wrong?: string;
}

type Target = (random: Random, corpus: Corpus) => Report;

/** The functions of protocol/ that read what a server sent. */
export const PROTOCOL_TARGETS: Readonly<Record<string, Target>> = {
	stream: (random, corpus) => {
		const { name, body } = random.pick(corpus.streams);
		const { bytes, changes } = mutateStream(random, body);
		const input = `${name}: ${changes.join(', ')}`;
		const result = collect(bytes, [], {});
		if (result.error !== undefined) classifyError(result.error);
		const splits = Array.from({ length: random.below(20) }, () => random.below(bytes.length + 1));
		const split = collect(bytes, splits, {});
		if (JSON.stringify(split) !== JSON.stringify(result)) {
			return { input, wrong: `other result if split at ${splits.join()}` };
		}
		for (const options of [{ separateReasoning: true }, { isResumed: true }]) {
			const { status } = collect(bytes, splits, options);
			if (status !== result.status)
				return { input, wrong: `another status with ${quote(options)}` };
		}
		return { input, wrong: findWrongSuccess(result, readStream(bytes)) };
	},

	blocking: (random, corpus) => {
		const { name, body } = random.pick(corpus.blocking);
		const { bytes, changes } = mutateBody(random, body);
		const input = `${name}: ${changes.join(', ')}`;
		const value = parseJson(bytes.toString());
		if (!isBlockingBody(value)) return { input };
		parseBlockingBody(value, { separateReasoning: true });
		const { status, answer } = parseBlockingBody(value);
		const expected: unknown = isObject(value) ? value.answer : undefined;
		const isSame = typeof expected !== 'string' || answer === expected;
		return {
			input,
			wrong: isSame ? undefined : `${status} with ${quote(answer)} instead of ${quote(expected)}`,
		};
	},

	parameters: (random, corpus) => {
		const { name, body } = random.pick(corpus.parameters);
		const { bytes, changes } = mutateBody(random, body);
		const value = parseJson(bytes.toString());
		const variables = parseAppVariables(value);
		const inputs = mutateJson(
			random,
			Object.fromEntries(variables.map(({ variable }) => [variable, 'x'])),
			changes,
		);
		if (isObject(inputs)) findInvalidInput(variables, inputs);
		// The callers of these two have checked that the body is an object.
		if (isObject(value)) {
			acceptsFiles(value);
			getFileSizeLimit(value, 'image/png', 'picture.png');
		}
		return { input: `${name}: ${changes.join(', ')}` };
	},

	form: (random, corpus) => {
		const { name, body } = random.pick(corpus.forms);
		const { bytes, changes } = mutateBody(random, body);
		const value = parseJson(bytes.toString());
		const input = `${name}: ${changes.join(', ')}`;
		if (!isObject(value)) return { input };
		parseFormFields(value);
		parseFormActions(value);
		return { input };
	},

	error: (random, corpus) => {
		const { source, input } = createErrorSource(random, corpus);
		const { kind, message, hint } = classifyError(source);
		const isText = [kind, message, hint].every((text) => typeof text === 'string');
		return { input, wrong: isText ? undefined : 'the kind, message or hint is no text' };
	},
};

/** Runs one round. Returns what it found. */
export function runProtocolRound(
	target: string,
	random: Random,
	corpus: Corpus,
): Pick<Finding, 'kind' | 'message' | 'input'> | undefined {
	const run = PROTOCOL_TARGETS[target];
	if (run === undefined) throw new Error(`There is no target '${target}'.`);
	const startedAt = process.cpuUsage();
	try {
		const { input, wrong } = run(random, corpus);
		const { user, system } = process.cpuUsage(startedAt);
		const cpuMs = Math.round((user + system) / 1000);
		if (cpuMs > MAX_CPU_MS) return { kind: 'hang', message: `${cpuMs} ms of CPU time`, input };
		if (wrong !== undefined) return { kind: 'wrong success', message: wrong, input };
		return undefined;
	} catch (error) {
		const { name, message, stack = '' } = error as Error;
		const place = /\bprotocol\/\S+\.ts:\d+/.exec(stack)?.[0] ?? stack;
		return { kind: 'raw error', message: `${name}: ${message}`, input: place };
	}
}

function collect(bytes: Buffer, splits: number[], options: AccumulatorOptions): RunResult {
	const accumulator = new RunAccumulator(options);
	const decoder = createSseDecoder((message) => {
		if (message.ok) accumulator.push(message.event);
	});
	let start = 0;
	for (const end of [...splits].sort((a, b) => a - b).concat(bytes.length)) {
		decoder.push(bytes.subarray(start, end));
		start = end;
	}
	decoder.end();
	return accumulator.snapshot();
}

function createErrorSource(random: Random, corpus: Corpus): { source: ErrorSource; input: string } {
	const { name, status, contentType, body } = random.pick(corpus.errors);
	const { bytes, changes } = mutateBody(random, body);
	const text = bytes.toString().slice(0, MAX_ERROR_BODY_BYTES);
	const sources: ErrorSource[] = [
		{ from: 'http', status: random.pick([status, 200, 307, 413, 502]), contentType, body: text },
		{ from: 'event', code: 'invalid_param', status, message: text },
		{ from: 'workflow', message: random.pick([' ', '<', 'a ']).repeat(100_000) },
		{ from: 'network', code: random.pick(['ECONNREFUSED', 'EPROTO', '', text.slice(0, 20)]) },
	];
	if (random.chance(0.002)) {
		// A JSON body that no caller has cut.
		const message = `x${random.pick([' ', '\n', '\t']).repeat(40_000)}x`;
		const long: ErrorSource = {
			from: 'http',
			status,
			contentType,
			body: JSON.stringify({ message }),
		};
		return { source: long, input: `${name}: 40,000 spaces in the message` };
	}
	return { source: random.pick(sources), input: `${name}: ${changes.join(', ')}` };
}
