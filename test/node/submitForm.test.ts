import type {
	IDataObject,
	INodeListSearchResult,
	INodeParameters,
	ResourceMapperFields,
} from 'n8n-workflow';
import type { RecordedRequest, Scenario } from '../../mock-dify';
import { CHATFLOW, FORM_PARAMETERS, pauseRun, submitForm } from './humanInputFixtures';
import type { TestBed } from './testBed';
import { getItem, getStreamedText, startTestBed, toLocator, waitUntil } from './testBed';

/** Submit Form: continues a chatflow run that paused for human input, and returns its answer. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ version: '1.14', lingerMs: 20 });
});

afterAll(async () => {
	await testBed.dify.close();
});

const getFormToken = ({ human_input }: IDataObject): string =>
	String((human_input as IDataObject[])[0]?.form_token);

/** Calls a method of the node's form. */
const callFormMethod = async (
	type: 'listSearch' | 'resourceMapping',
	name: string,
	form: string,
): Promise<unknown> =>
	await testBed.engine.callMethod(
		type,
		name,
		{ resource: 'chatMessage', operation: 'submitForm', form, user: 'n8n' },
		testBed.getCredentials(CHATFLOW),
	);

describe('submitForm:', () => {
	it.each(['streaming', 'blocking'])(
		"returns the run's whole answer after a %s message",
		async (responseMode) => {
			testBed.dify.enqueue(CHATFLOW, { script: { text: 'A draft. ', workflowStatus: 'paused' } });
			const paused = getItem(await testBed.send(CHATFLOW, { responseMode }));
			expect(Object.keys(paused)).toHaveLength(10);
			const item = getItem(await submitForm(testBed, { items: [{ json: paused }] }));
			const { conversation_id, message_id, created_at } = paused;
			expect(item).toMatchObject({
				conversation_id,
				message_id,
				created_at,
				mode: 'advanced-chat',
			});
			expect(item).toMatchObject({
				answer: 'A draft. Approve: go',
				status: 'completed',
				usage: { currency: 'USD' },
				retriever_resources: [],
			});
			const request = testBed.dify.requests.at(-1);
			expect([request?.method, request?.body]).toEqual([
				'POST',
				{ inputs: { comment: 'go' }, action: 'approve', user: 'n8n' },
			]);
		},
	);

	it('sends the defaults of fields that are not filled in, and sends 0, false and "" as given', async () => {
		const createField = (name: string, value: unknown): IDataObject => ({
			output_variable_name: name,
			type: 'paragraph',
			default: { type: 'constant', selector: [], value: value as string },
		});
		const form = {
			inputs: [
				createField('a', 'one'),
				createField('b', 'two'),
				createField('c', 'three'),
				createField('d', null),
			],
			resolved_default_values: { a: 'of the run' },
		};
		const inputsJson = '{"b":"","c":0,"d":false}';
		const items = [{ json: await pauseRun(testBed, { form: form as never }) }];
		getItem(await submitForm(testBed, { items }, { ...FORM_PARAMETERS, inputsJson }));
		expect(testBed.dify.requests.at(-1)?.body).toMatchObject({
			inputs: { a: 'of the run', b: '', c: 0, d: false },
		});
	});

	it('processes several items in order and returns all fields without Simplify', async () => {
		const items = [];
		for (const text of ['one', 'two', 'three']) {
			items.push({
				json: await pauseRun(testBed, {
					resumed: { script: { text, retrieverResources: [{ text }] } },
				}),
			});
		}
		const parameters = { ...FORM_PARAMETERS, simplify: false, options: { maxConcurrency: 3 } };
		const { outputs } = await submitForm(testBed, { items }, parameters);
		expect(outputs[0]?.map(({ json, pairedItem }) => [json.answer, pairedItem])).toEqual([
			['A draft. one', { item: 0 }],
			['A draft. two', { item: 1 }],
			['A draft. three', { item: 2 }],
		]);
		expect(outputs[0]?.[1]?.json).toMatchObject({
			metadata: { retriever_resources: [{ text: 'two' }] },
			workflow: { id: items[1]?.json.workflow_run_id, status: 'succeeded' },
			timing: { events: expect.any(Number) },
		});
	});

	it('returns the next form if the run pauses again', async () => {
		const first = await pauseRun(testBed, {
			resumed: { script: { text: 'Better. ', workflowStatus: 'paused' } },
		});
		const second = getItem(await submitForm(testBed, { items: [{ json: first }] }));
		expect(second).toMatchObject({ status: 'paused', workflow_run_id: first.workflow_run_id });
		expect(getFormToken(second)).not.toBe(getFormToken(first));
		const last = getItem(await submitForm(testBed, { items: [{ json: second }] }));
		expect(last).toMatchObject({ answer: 'A draft. Better. Approve: go', status: 'completed' });
	});

	it('streams the rest of the answer word by word', async () => {
		const resumed: Scenario = { script: { text: 'one two', gapMs: 30 } };
		const items = [{ json: await pauseRun(testBed, { resumed }) }];
		const result = await submitForm(testBed, { items, streaming: true });
		expect(getItem(result).answer).toBe('A draft. one two');
		expect(result.chunks.map(({ type, content }) => [type, content])).toEqual([
			['begin', undefined],
			['item', 'one'],
			['item', ' two'],
			['end', undefined],
		]);
	});
});

describe('submitForm, incomplete run:', () => {
	it.each<[string, Scenario, IDataObject, Record<string, unknown>]>([
		[
			'fails in a node of the workflow',
			{ script: { text: 'one two', workflowStatus: 'failed', workflowError: 'node broke' } },
			{},
			{ error: 'node broke', answer: 'one two', status: 'failed' },
		],
		[
			'exceeds the idle timeout',
			{ script: { tokens: ['one', ' two', ' three'], gapMs: 2_000 } },
			{ idleTimeout: 0.5, recover: false },
			{ error: expect.stringContaining('0.5 s'), answer: 'one', status: 'timeout' },
		],
		[
			'has its connection cut and recovery is switched off',
			{ script: { text: 'one two three' }, faults: [{ kind: 'cut', afterTokens: 2 }] },
			{ recover: false },
			{
				error: expect.stringContaining('before the answer was complete'),
				answer: 'one two',
				status: 'truncated',
			},
		],
	])('returns the partial answer of a run that %s', async (_, resumed, options, expected) => {
		const items = [{ json: await pauseRun(testBed, { resumed }) }];
		const parameters = { ...FORM_PARAMETERS, options } as INodeParameters;
		const { outputs, run } = await submitForm(
			testBed,
			{ items, onError: 'continueRegularOutput' },
			parameters,
		);
		expect(outputs[0]?.[0]).toMatchObject({ json: expected, pairedItem: { item: 0 } });
		expect(JSON.stringify(run)).not.toContain(testBed.dify.key(CHATFLOW));
	});

	it('recovers the rest of the answer after a cut connection', async () => {
		const resumed: Scenario = {
			script: { text: 'one two three', gapMs: 100 },
			faults: [{ kind: 'cut', afterTokens: 2 }],
		};
		const items = [{ json: await pauseRun(testBed, { resumed }) }];
		const result = await submitForm(testBed, { items, streaming: true });
		expect(getItem(result)).toMatchObject({ answer: 'A draft. one two three', recovered: true });
		expect(getStreamedText(result)).toBe('one two three');
	});

	it('stops the run on Dify when the execution is canceled', async () => {
		const resumed: Scenario = { script: { tokens: Array(200).fill('c '), gapMs: 50 } };
		const items = [{ json: await pauseRun(testBed, { resumed }) }];
		const cancel = new AbortController();
		const before = testBed.dify.requests.length;
		await submitForm(testBed, {
			items,
			cancel: cancel.signal,
			streaming: true,
			onChunk: ({ type }) => {
				if (type === 'item') cancel.abort();
			},
		});
		const findNewRequests = (pathEnd: string): RecordedRequest[] =>
			testBed.dify.requests.slice(before).filter(({ path }) => path.endsWith(pathEnd));
		await waitUntil(
			() =>
				findNewRequests('/stop').length === 1 &&
				findNewRequests('/events')[0]?.closedByClient === true,
		);
	});
});

describe('submitForm in the node form:', () => {
	it("shows the actions and the fields of the run's form, with their defaults", async () => {
		const form = getFormToken(await pauseRun(testBed));
		const { results } = (await callFormMethod(
			'listSearch',
			'searchFormActions',
			form,
		)) as INodeListSearchResult;
		expect(results).toEqual([
			{ name: 'Approve', value: 'approve' },
			{ name: 'Reject', value: 'reject' },
		]);
		const { fields } = (await callFormMethod(
			'resourceMapping',
			'getFormFields',
			form,
		)) as ResourceMapperFields;
		expect(fields).toEqual([
			expect.objectContaining({ id: 'comment', type: 'string', defaultValue: 'fine' }),
		]);
	});

	it('shows a notice instead of the fields if the form token is an expression', async () => {
		const form = '={{ $json.human_input[0].form_token }}';
		const { emptyFieldsNotice } = (await callFormMethod(
			'resourceMapping',
			'getFormFields',
			form,
		)) as ResourceMapperFields;
		expect(emptyFieldsNotice).toMatch(/^'Form Token' has no fixed value\. Enter a fixed/);
	});

	it.each(['', '={{ $json.token }}'])('requires a fixed form token, not "%s"', async (form) => {
		await expect(callFormMethod('listSearch', 'searchFormActions', form)).rejects.toThrow(
			"'Form Token' has no fixed value",
		);
	});
});

describe('submitForm, form with a select and files:', () => {
	const FORM_INPUTS = [
		{
			output_variable_name: 'pick',
			type: 'select',
			option_source: { type: 'constant', selector: [], value: ['red', 'green'] },
		},
		{ output_variable_name: 'paper', type: 'file', allowed_file_types: ['document'] },
		{ output_variable_name: 'papers', type: 'file-list', number_limits: 2 },
	];

	it('shows a select as a list of its options, and says what file fields take', async () => {
		const form = getFormToken(await pauseRun(testBed, { form: { inputs: FORM_INPUTS } }));
		const { fields, emptyFieldsNotice } = (await callFormMethod(
			'resourceMapping',
			'getFormFields',
			form,
		)) as ResourceMapperFields;
		expect(emptyFieldsNotice).toBeUndefined();
		expect(fields.map(({ displayName, type }) => [displayName, type])).toEqual([
			['pick', 'options'],
			['paper (File: Binary Field, URL or Upload ID)', 'string'],
			['papers (Files: Binary Fields, URLs or Upload IDs)', 'string'],
		]);
		expect(fields[0]?.options?.map(({ value }) => value)).toEqual(['red', 'green']);
	});

	it('uploads the files of binary fields, and reads the paused item without further parameters', async () => {
		const paused = await pauseRun(testBed, { form: { inputs: FORM_INPUTS } });
		const binary = {
			doc: await testBed.engine.prepareBinary(Buffer.from('text'), 'a.txt', 'text/plain'),
		};
		const inputs = { pick: 'red', paper: 'doc', papers: 'doc, https://example.com/b.png' };
		const action = toLocator('approve');
		const parameters = { action, inputsJson: JSON.stringify(inputs) };
		const items = [{ json: paused, binary }];
		getItem(await submitForm(testBed, { items }, parameters));
		const { body } = testBed.dify.requests.findLast(({ path }) =>
			path.includes('/form/human_input/'),
		) as { body: { inputs: unknown } };
		const uploaded = {
			type: 'document',
			transfer_method: 'local_file',
			upload_file_id: expect.any(String),
		};
		const remote = {
			type: 'image',
			transfer_method: 'remote_url',
			url: 'https://example.com/b.png',
		};
		expect(body.inputs).toEqual({ pick: 'red', paper: uploaded, papers: [uploaded, remote] });
	});
});
