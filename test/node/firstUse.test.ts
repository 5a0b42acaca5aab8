import type { INodeListSearchResult, ResourceMapperFields } from 'n8n-workflow';
import type { TestBed } from './testBed';
import { toLocator, getItem, startTestBed } from './testBed';

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20, version: '1.14' });
});

afterAll(async () => {
	await testBed.dify.close();
});

const credentials = (app: string): { apiKey: string; baseUrl: string } => ({
	apiKey: testBed.dify.key(app),
	baseUrl: testBed.dify.baseUrl,
});

/** Calls a method of the node form, by default with the credential of the app `flow-vars`. */
async function call<Result>(
	group: 'listSearch' | 'resourceMapping',
	method: string,
	parameters: object,
	credential: object = credentials('flow-vars'),
	...args: Array<string | undefined>
): Promise<Result> {
	return (await testBed.engine.callMethod(
		group,
		method,
		parameters as never,
		credential as never,
		...args,
	)) as Result;
}

describe('app inputs', () => {
	it('inputs form: a wrong key gives a notice with the reason and what to do', async () => {
		const wrong = { apiKey: 'app-wrong', baseUrl: testBed.dify.baseUrl };
		const result = await call<ResourceMapperFields>('resourceMapping', 'getInputs', {}, wrong);
		expect(result.fields).toEqual([]);
		expect(result.emptyFieldsNotice).toMatch(
			/^Access token is invalid\. .*close this panel and open it again\.$/,
		);
	});

	it('inputs form: a wrong address gives a notice without HTML of the server', async () => {
		const wrong = { apiKey: 'app-1', baseUrl: `${testBed.dify.origin}/<b>nope` };
		const result = await call<ResourceMapperFields>('resourceMapping', 'getInputs', {}, wrong);
		expect(result.emptyFieldsNotice).toContain('open it again');
		expect(result.emptyFieldsNotice).not.toContain('<');
	});

	it('inputs form: keeps the fields that it has if they cannot be loaded again', async () => {
		const { fields } = await call<ResourceMapperFields>('resourceMapping', 'getInputs', {});
		const wrong = { apiKey: 'app-wrong', baseUrl: testBed.dify.baseUrl };
		const inputs = { mappingMode: 'defineBelow', value: { name: 'Ada' }, schema: fields };
		const again = await call<ResourceMapperFields>(
			'resourceMapping',
			'getInputs',
			{ inputs },
			wrong,
		);
		expect(again.fields).toEqual(fields);
	});

	it('inputs form: an app without inputs gives a notice', async () => {
		const plain = credentials('chat-plain');
		const result = await call<ResourceMapperFields>('resourceMapping', 'getInputs', {}, plain);
		expect(result).toEqual({
			fields: [],
			emptyFieldsNotice: expect.stringMatching(/^There are no inputs to fill in\./),
		});
	});

	it('form fields: a token that is an expression gives a notice', async () => {
		const form = '={{ $json.human_input[0].form_token }}';
		const result = await call<ResourceMapperFields>('resourceMapping', 'getFormFields', {
			operation: 'submitForm',
			form,
		});
		expect(result.emptyFieldsNotice).toMatch(/^'Form Token' has no fixed value\. Enter a fixed/);
	});
});

describe('conversation choices', () => {
	const search = async (user: string, filter?: string): Promise<string[]> => {
		const plain = credentials('chat-plain');
		const { results } = await call<INodeListSearchResult>(
			'listSearch',
			'searchConversationChoices',
			{ user },
			plain,
			filter,
		);
		return results.map(({ name }) => name);
	};

	it('conversation list: begins with a new and the latest conversation, then shows date and time', async () => {
		getItem(await testBed.send('chat-plain', { query: 'tides', user: 'cleo' }));
		expect(await search('cleo')).toEqual([
			'New Conversation',
			"The User's Latest Conversation",
			expect.stringMatching(/^tides · \d{4}-\d\d-\d\d \d\d:\d\d$/),
		]);
		expect(await search('cleo', 'latest')).toEqual(["The User's Latest Conversation"]);
	});

	it('conversation list: has its two choices if User is an expression', async () => {
		expect(await search('={{ $json.sessionId }}')).toHaveLength(2);
	});

	it("send: 'latest' continues the user's latest conversation, and starts the first one", async () => {
		const locators = [toLocator('latest'), { __rl: true, mode: 'list', value: 'latest' } as const];
		const ids: unknown[] = [];
		for (const conversationId of [locators[0], ...locators]) {
			const item = getItem(
				await testBed.send('chat-plain', { user: 'dan', conversationId } as never),
			);
			ids.push(item.conversation_id);
		}
		expect(new Set(ids).size).toBe(1);
		const sent = testBed.findRequests('POST', '/v1/chat-messages').slice(-3);
		expect(sent.map(({ body }) => (body as Record<string, unknown>).conversation_id)).toEqual([
			undefined,
			ids[0],
			ids[0],
		]);
		const item = getItem(
			await testBed.send('chat-plain', { user: 'dan', conversationId: toLocator('new') }),
		);
		expect(item.conversation_id).not.toBe(ids[0]);
	});

	it("send: 'latest' never sends the message if the conversations cannot be read", async () => {
		const before = testBed.findRequests('POST', '/v1/chat-messages').length;
		const result = await testBed.send(
			'chat-plain',
			{ conversationId: toLocator('latest') },
			{ credentials: { apiKey: 'app-wrong', baseUrl: testBed.dify.baseUrl } },
		);
		expect(result.error?.message).toContain('Access token is invalid');
		expect(testBed.findRequests('POST', '/v1/chat-messages')).toHaveLength(before);
	});
});

describe('submit form', () => {
	const FORM_INPUTS = [
		{
			output_variable_name: 'pick',
			type: 'select',
			option_source: { type: 'constant', selector: [], value: ['red', 'green'] },
		},
		{ output_variable_name: 'paper', type: 'file', allowed_file_types: ['document'] },
		{ output_variable_name: 'papers', type: 'file-list', number_limits: 2 },
	];
	const pause = async (): Promise<Record<string, unknown>> => {
		testBed.dify.enqueue('flow-plain', {
			script: { workflowStatus: 'paused', form: { inputs: FORM_INPUTS } },
		});
		return getItem(await testBed.send('flow-plain', { user: 'n8n' }));
	};

	it('form fields: a select is a list of its options, and file fields say what they take', async () => {
		const paused = await pause();
		const [{ form_token: form }] = paused.human_input as [{ form_token: string }];
		const { fields, emptyFieldsNotice } = await call<ResourceMapperFields>(
			'resourceMapping',
			'getFormFields',
			{ operation: 'submitForm', form },
			credentials('flow-plain'),
		);
		expect(emptyFieldsNotice).toBeUndefined();
		expect(fields.map(({ displayName, type }) => [displayName, type])).toEqual([
			['pick', 'options'],
			['paper (File: Binary Field, URL or Upload ID)', 'string'],
			['papers (Files: Binary Fields, URLs or Upload IDs)', 'string'],
		]);
		expect(fields[0]?.options?.map(({ value }) => value)).toEqual(['red', 'green']);
	});

	it('submit form: uploads the files of binary fields and reads the paused item without further parameters', async () => {
		const paused = await pause();
		const binary = {
			doc: await testBed.engine.prepareBinary(Buffer.from('text'), 'a.txt', 'text/plain'),
		};
		const inputs = { pick: 'red', paper: 'doc', papers: 'doc, https://example.com/b.png' };
		const action = toLocator('approve');
		const result = await testBed.run(
			{
				app: 'flow-plain',
				resource: 'chatMessage',
				operation: 'submitForm',
				parameters: { action, inputsJson: JSON.stringify(inputs) },
			},
			{ items: [{ json: paused as never, binary }] },
		);
		getItem(result);
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

it('give feedback: rates the message of the incoming item without further parameters', async () => {
	const answer = getItem(await testBed.send('chat-plain'));
	const job = { items: [{ json: answer }] };
	getItem(
		await testBed.run(
			{ app: 'chat-plain', resource: 'chatMessage', operation: 'giveFeedback' },
			job,
		),
	);
	expect(testBed.dify.requests.at(-1)?.path).toBe(
		`/v1/messages/${String(answer.message_id)}/feedbacks`,
	);
});
