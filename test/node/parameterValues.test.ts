import type { IBinaryKeyData, INodeParameters } from 'n8n-workflow';
import type { ExecutionResult } from '../../dev/n8n-engine';
import type { TestBed } from './testBed';
import { toLocator, getItem, startTestBed } from './testBed';

/**
 * Every parameter of every operation gets values that a form does not give, but an expression can: each
 * value has its documented meaning, or is rejected by the name of the parameter before a run starts.
 */

const LONG = 'x'.repeat(100_000);
const VALUES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
	['undefined', undefined],
	['null', null],
	['an empty text', ''],
	['NaN', Number.NaN],
	["'5'", '5'],
	["'five'", 'five'],
	['1.5', 1.5],
	['1e12', 1e12],
	['-1', -1],
	['true', true],
	["'false'", 'false'],
	['an object', {}],
	['an array', []],
	['a long text', LONG],
]);

const MISSING = ['undefined', 'null', 'an empty text'];
const TEXTS = ["'5'", "'five'", '1.5', '1e12', '-1', "'false'"];
const FREE_TEXTS = [...TEXTS, 'true', 'a long text'];

/** The values that each kind of parameter accepts. All others are rejected. */
const ACCEPTED = {
	query: [...FREE_TEXTS, 'an object', 'an array'],
	text: FREE_TEXTS,
	optionalText: [...MISSING, ...FREE_TEXTS],
	identifier: TEXTS,
	optionalIdentifier: [...MISSING, ...TEXTS],
	id: [],
	boolean: [...MISSING, 'true', "'false'"],
	seconds: [...MISSING, "'5'", '1.5', '1e12'],
	count: [...MISSING, "'5'", '1.5', '1e12', '-1'],
	limit: [...MISSING, "'5'", '1e12'],
	option: MISSING,
	requiredOption: [],
	inputs: [...MISSING, 'an object'],
	/** An empty text sets a variable to an empty text. */
	variableText: ['an empty text', ...FREE_TEXTS, 'an object', 'an array'],
	variableJson: ["'5'", '1.5', '1e12', '-1', 'true', "'false'", 'an object', 'an array'],
	/** An item without files is sent without files. */
	files: [...MISSING, 'an array'],
	/** An empty object is the value of {{ $binary }} for an item without files. */
	binaries: [...MISSING, 'an array', 'an object'],
} satisfies Record<string, string[]>;

interface Row {
	resource: string;
	operation: string;
	/** The name that users see. */
	displayName: string;
	kind: keyof typeof ACCEPTED;
	parameters: INodeParameters;
}

const VALUE = '={{ $json.value }}';
const CONVERSATION = toLocator('={{ $json.conversation }}');
const MESSAGE = toLocator('={{ $json.message }}');
const UUID = '11111111-2222-4333-8444-555555555555';

const chatMessage = (operation: string, base: INodeParameters = {}) =>
	rows('chatMessage', operation, base);
const send = chatMessage('send', { query: 'hello' });
const submitForm = chatMessage('submitForm', {
	form: 'token',
	workflowRunId: UUID,
	action: toLocator('approve'),
});
const list = { conversationId: CONVERSATION };
const feedback = chatMessage('giveFeedback', { messageId: MESSAGE });
const rename = rows('conversation', 'rename', { ...list, name: 'a' });
const speech = rows('audio', 'generateSpeech', { text: 'a', messageId: MESSAGE });
const variable = { ...list, variableId: toLocator(UUID) };
const file = (row: INodeParameters): INodeParameters => ({ files: { file: [row] } });

const ROWS: Row[] = [
	send('Query', 'query', { query: VALUE }),
	send('User', 'identifier', { user: VALUE }),
	send('Response Mode', 'option', { responseMode: VALUE }),
	send('Conversation', 'optionalIdentifier', { conversationId: toLocator(VALUE) }),
	send('Conversation', 'optionalIdentifier', { conversationId: VALUE }),
	send('Inputs', 'option', { inputsMode: VALUE }),
	send('Inputs (JSON)', 'inputs', { inputsMode: 'json', inputsJson: VALUE }),
	send('Simplify', 'boolean', { simplify: VALUE }),
	send('Source', 'option', file({ source: VALUE, binaryPropertyName: 'photo' })),
	send('Type', 'option', file({ source: 'binary', binaryPropertyName: 'photo', type: VALUE })),
	send('Source Binary Field', 'binaries', file({ source: 'binary', binaryPropertyName: VALUE })),
	send('Source URL', 'files', file({ source: 'url', url: VALUE, type: 'image' })),
	send(
		'Source Upload ID',
		'files',
		file({ source: 'uploadId', uploadFileId: VALUE, type: 'image' }),
	),
	...[send, submitForm].flatMap((operation) => [
		operation('Idle Timeout', 'seconds', { options: { idleTimeout: VALUE } }),
		operation('Include Events', 'boolean', { options: { includeEvents: VALUE } }),
		operation('Max Concurrency', 'count', { options: { maxConcurrency: VALUE } }),
		operation('Max Duration', 'seconds', { options: { maxDuration: VALUE } }),
		operation('Recover', 'boolean', { options: { recover: VALUE } }),
		operation('Separate Reasoning', 'boolean', { options: { separateReasoning: VALUE } }),
		operation('Stream to Response', 'boolean', { options: { streamToResponse: VALUE } }),
	]),
	send('Auto-Generate Name', 'boolean', { options: { autoGenerateName: VALUE } }),
	send('Trace ID', 'optionalIdentifier', { options: { traceId: VALUE } }),
	send('Workflow ID', 'optionalIdentifier', { options: { workflowId: VALUE } }),
	submitForm('Form Token', 'identifier', { form: VALUE }),
	submitForm('Workflow Run ID', 'id', { workflowRunId: VALUE }),
	submitForm('User', 'identifier', { user: VALUE }),
	submitForm('Action', 'identifier', { action: toLocator(VALUE) }),
	submitForm('Inputs', 'option', { inputsMode: VALUE }),
	submitForm('Inputs (JSON)', 'inputs', { inputsMode: 'json', inputsJson: VALUE }),
	submitForm('Simplify', 'boolean', { simplify: VALUE }),
	chatMessage('stop')('Task ID', 'identifier', { taskId: VALUE }),
	chatMessage('stop', { taskId: 'a' })('User', 'identifier', { user: VALUE }),
	chatMessage('getAll')('Conversation', 'id', { conversationId: toLocator(VALUE) }),
	chatMessage('getAll', list)('User', 'identifier', { user: VALUE }),
	chatMessage('getAll', list)('Return All', 'boolean', { returnAll: VALUE }),
	chatMessage('getAll', list)('Limit', 'limit', { limit: VALUE }),
	chatMessage('getAll', list)('Simplify', 'boolean', { simplify: VALUE }),
	chatMessage('getSuggested')('Message', 'id', { messageId: toLocator(VALUE) }),
	chatMessage('getSuggested', { messageId: MESSAGE })('User', 'identifier', { user: VALUE }),
	feedback('Message', 'id', { messageId: toLocator(VALUE) }),
	feedback('User', 'identifier', { user: VALUE }),
	feedback('Rating', 'requiredOption', { rating: VALUE }),
	feedback('Content', 'optionalText', { content: VALUE }),
	rows('conversation', 'getAll')('User', 'identifier', { user: VALUE }),
	rows('conversation', 'getAll')('Limit', 'limit', { limit: VALUE }),
	rows('conversation', 'getAll')('Sort By', 'option', { options: { sortBy: VALUE } }),
	rows('conversation', 'getVariables')('Conversation', 'id', { conversationId: toLocator(VALUE) }),
	rows('conversation', 'getVariables', list)('Limit', 'limit', { limit: VALUE }),
	rename('Conversation', 'id', { conversationId: toLocator(VALUE) }),
	rename('Auto-Generate', 'boolean', { autoGenerate: VALUE }),
	rename('Name', 'text', { name: VALUE }),
	rows('conversation', 'updateVariable', list)('Variable', 'id', { variableId: toLocator(VALUE) }),
	...(
		[
			['Value Type', 'option', { valueType: VALUE }],
			['Value', 'variableText', { valueType: 'text', value: VALUE }],
			['Value (JSON)', 'variableJson', { valueType: 'json', valueJson: VALUE }],
		] as const
	).map(([displayName, kind, parameters]) =>
		rows('conversation', 'updateVariable', variable)(displayName, kind, parameters),
	),
	rows('conversation', 'delete')('Conversation', 'id', { conversationId: toLocator(VALUE) }),
	rows('conversation', 'delete', { conversationId: toLocator(UUID) })('User', 'identifier', {
		user: VALUE,
	}),
	rows('file', 'upload')('Input Binary Field', 'id', { binaryPropertyName: VALUE }),
	rows('file', 'upload', { binaryPropertyName: 'photo' })('User', 'identifier', { user: VALUE }),
	rows('file', 'upload', { binaryPropertyName: 'photo' })('Simplify', 'boolean', {
		simplify: VALUE,
	}),
	rows('file', 'download')('File ID', 'id', { fileId: VALUE }),
	rows('file', 'download', { fileId: UUID })('Put Output File in Field', 'identifier', {
		binaryPropertyName: VALUE,
	}),
	rows('audio', 'transcribe')('Input Binary Field', 'id', { binaryPropertyName: VALUE }),
	speech('Source', 'option', { source: VALUE }),
	speech('Text', 'text', { text: VALUE }),
	speech('Message', 'id', { source: 'message', messageId: toLocator(VALUE) }),
	speech('Voice', 'optionalIdentifier', { options: { voice: VALUE } }),
	speech('Put Output File in Field', 'identifier', { binaryPropertyName: VALUE }),
	rows('app', 'getParameters')('Simplify', 'boolean', { simplify: VALUE }),
	rows('app', 'getSite')('Simplify', 'boolean', { simplify: VALUE }),
];

let testBed: TestBed;
let binary: IBinaryKeyData;
let ids: { conversation: string; message: string };

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
	binary = {
		photo: await testBed.engine.prepareBinary(Buffer.from('x'), 'photo.png', 'image/png'),
	};
	const { conversation_id, message_id } = getItem(await testBed.send('chat-plain'));
	ids = { conversation: String(conversation_id), message: String(message_id) };
});

afterAll(async () => {
	await testBed.dify.close();
});

it.each(ROWS.map((row) => [`${row.resource} ${row.operation}: ${row.displayName}`, row] as const))(
	'%s has a meaning for each value, or rejects it by name',
	async (_, { resource, operation, displayName, kind, parameters }) => {
		for (const [name, value] of VALUES) {
			const before = testBed.dify.requests.length;
			const items = [{ json: { ...ids, value: value as never }, binary }];
			const outcome = await testBed.run(
				{ app: 'chat-plain', resource, operation, parameters },
				{ items },
			);
			const isAccepted = (ACCEPTED[kind] as string[]).includes(name);
			const requests = testBed.dify.requests.slice(before);
			expect({ name, ...summarize(outcome, displayName) }).toEqual({
				name,
				isRaw: false,
				isRejected: !isAccepted,
			});
			const sent = JSON.stringify(requests.map(({ path, query, body }) => [path, query, body]));
			expect(sent).not.toMatch(/\[object|undefined|NaN/);
			if (!isAccepted) expect(requests.map(({ path }) => path)).toEqual([]);
		}
	},
	60_000,
);

/** Says whether the node rejected the parameter, and whether an exception that is not the node's own came out. */
function summarize(
	{ error, outputs }: ExecutionResult,
	displayName: string,
): { isRaw: boolean; isRejected: boolean } {
	if (error === undefined) {
		const hasOutput = outputs[0] !== undefined && outputs.length > 0;
		return { isRaw: !hasOutput, isRejected: false };
	}
	const isOwn = error.name === 'NodeOperationError' || error.name === 'NodeApiError';
	const text = `${error.message} ${error.description ?? ''}`;
	const isRaw =
		!isOwn ||
		text.length > 1_500 ||
		/is not a function|Cannot |out of range|\[object|undefined \(|Converting/.test(text);
	const isRejected = error.name === 'NodeOperationError' && text.includes(`'${displayName}'`);
	return { isRaw: isRaw || (error.name === 'NodeOperationError' && !isRejected), isRejected };
}

/** Returns a function that creates the rows of an operation. */
function rows(
	resource: string,
	operation: string,
	base: INodeParameters = {},
): (displayName: string, kind: Row['kind'], parameters: INodeParameters) => Row {
	return (displayName, kind, parameters) => ({
		resource,
		operation,
		displayName,
		kind,
		parameters: { ...base, ...parameters },
	});
}

it('send: an option that evaluates to nothing has its default, and no item is lost', async () => {
	const items = ['a', 'b', 'c'].map((question) => ({ json: { question } }));
	const parameters = {
		query: '={{ $json.question }}',
		options: { maxConcurrency: '={{ $json.x }}' },
	};
	const { outputs, error } = await testBed.send('chat-plain', parameters, { items });
	expect(error).toBeUndefined();
	expect(outputs[0]).toHaveLength(3);
});

it('send: a rejected option becomes an error item for each item, with "Continue"', async () => {
	const items = [{ json: {} }, { json: {} }];
	const options = { maxConcurrency: 'five' };
	const job = { items, onError: 'continueRegularOutput' } as const;
	const { outputs } = await testBed.send('chat-plain', { options }, job);
	const message = "'Max Concurrency' must be a number of at least 1, not 'five'";
	expect(outputs[0]?.map(({ json }) => json.error)).toEqual([
		expect.stringContaining(message),
		expect.stringContaining(message),
	]);
});

it('send: "false" as text turns streaming, Simplify and Recover off', async () => {
	const value = '={{ $json.value }}';
	const parameters = { simplify: value, options: { streamToResponse: value, recover: value } };
	const job = { items: [{ json: { value: 'false' } }], streaming: true };
	const outcome = await testBed.send('chat-plain', parameters, job);
	expect(outcome.chunks).toEqual([]);
	expect(getItem(outcome)).toHaveProperty('metadata');
});

it('send: a duration that was meant in ms is no limit in practice', async () => {
	const options = { maxDuration: 3_600_000, idleTimeout: 9_999_999 };
	expect(getItem(await testBed.send('chat-plain', { options })).status).toBe('completed');
});

it.each([30, 30.0305])(
	'send: a maximum duration of %d s keeps recovery working',
	async (seconds) => {
		testBed.dify.enqueue('flow-plain', {
			script: { text: 'one two three four', gapMs: 60 },
			faults: [{ kind: 'cut', afterTokens: 2 }],
		});
		const item = getItem(await testBed.send('flow-plain', { options: { maxDuration: seconds } }));
		expect(item).toMatchObject({ answer: 'one two three four', recovered: true });
	},
);

it('send: two people whose id is an object do not become one user', async () => {
	const before = testBed.dify.requests.length;
	const items = [{ json: { from: { id: 7 } } }, { json: { from: { id: 8 } } }];
	const { error } = await testBed.send('chat-plain', { user: '={{ $json.from }}' }, { items });
	expect(error?.message).toContain("'User' must be a text, not an object");
	expect(testBed.dify.requests).toHaveLength(before);
});

it('send: fields of the form have the types of their variables', async () => {
	const schema = ['name', 'colour'].map((id) => ({ id, displayName: id, type: 'string' }));
	const value = { name: '={{ $json.name }}', colour: 'red' };
	const inputs = { mappingMode: 'defineBelow', matchingColumns: [], schema, value } as never;
	for (const [name, sent] of [
		[12345, '12345'],
		[false, 'false'],
		[{ first: 'Ada' }, '{"first":"Ada"}'],
	] as const) {
		const items = [{ json: { name } }];
		getItem(await testBed.send('chat-vars', { inputsMode: 'fields', inputs }, { items }));
		const { body } = testBed.findRequests('POST', '/v1/chat-messages').at(-1) ?? {};
		expect(body).toMatchObject({ inputs: { name: sent, colour: 'red' } });
	}
	const items = [{ json: { name: Number.NaN } }];
	const { error } = await testBed.send('chat-vars', { inputsMode: 'fields', inputs }, { items });
	expect(error?.message).toContain("'Inputs': 'name' is NaN");
});

it('send: fields of the form without values are no inputs', async () => {
	const inputs = { mappingMode: 'defineBelow', matchingColumns: [], schema: [], value: null };
	getItem(await testBed.send('chat-plain', { inputsMode: 'fields', inputs: inputs as never }));
	const { body } = testBed.findRequests('POST', '/v1/chat-messages').at(-1) ?? {};
	expect(body).toMatchObject({ inputs: {} });
});

it.each([
	['chatMessage', 'constructor'],
	['constructor', 'name'],
	['__proto__', 'toString'],
])('router: %s has no operation %s', async (resource, operation) => {
	const { error } = await testBed.run({ app: 'chat-plain', resource, operation });
	expect(error?.message).toContain(`The resource '${resource}' has no operation`);
});

it('updateVariable: an expression without a value does not clear the variable', async () => {
	const before = testBed.dify.requests.length;
	const parameters = { ...variable, valueType: 'text', value: '={{ $json.nothing }}' };
	const items = [{ json: ids }];
	const job = { items };
	const { error } = await testBed.run(
		{ app: 'chat-plain', resource: 'conversation', operation: 'updateVariable', parameters },
		job,
	);
	expect(error?.message).toContain("'Value' has no value");
	expect(testBed.dify.requests).toHaveLength(before);
});
