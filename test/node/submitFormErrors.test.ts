import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { UNKNOWN_ID } from './errorCases';
import { CHATFLOW, FORM_PARAMETERS, pauseRun, submitForm } from './humanInputFixtures';
import type { TestBed } from './testBed';
import { getItem, startTestBed, toLocator, waitUntil } from './testBed';

/** Errors of Submit Form: input that the node rejects, and forms that Dify refuses. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ version: '1.14', lingerMs: 20 });
});

afterAll(async () => {
	await testBed.dify.close();
});

/** A form that cannot be submitted: because of a parameter, or because of the form's state. */
interface FormErrorCase {
	/** What the node does, such as 'rejects an empty user'. */
	name: string;
	/** Creates the paused run. Default: {@link pauseRun} without options. */
	pause?: () => Promise<IDataObject>;
	/** Parameters with values that fail. */
	invalid?: INodeParameters;
	message: string | RegExp;
	/** A part of the error's description, which says what to do. */
	advice: string;
	/** Dify's error code. Absent if the node sends no request. */
	code?: string;
	/** Dify's HTTP status. Absent if the node sends no request. */
	status?: number;
}

const CASES: FormErrorCase[] = [
	{
		name: 'rejects an empty form token',
		invalid: { form: ' ' },
		message: "'Form Token' is empty",
		advice: 'Enter a value',
	},
	{
		name: 'rejects an empty workflow run id',
		invalid: { workflowRunId: '' },
		message: "'Workflow Run ID' is empty",
		advice: 'workflow_run_id of the paused item',
	},
	{
		name: 'rejects a workflow run id that is not a UUID',
		invalid: { workflowRunId: 'run-1' },
		message: "'Workflow Run ID' is not a valid ID (UUID)",
		advice: 'workflow_run_id of the paused item',
	},
	{
		name: 'rejects an empty user',
		invalid: { user: '' },
		message: "'User' is empty",
		advice: 'any text',
	},
	{
		name: 'rejects an empty action',
		invalid: { action: toLocator('') },
		message: "'Action' is empty",
		advice: 'Enter a value',
	},
	{
		name: 'rejects inputs that are not an object',
		invalid: { inputsJson: '[1]' },
		message: "'Inputs (JSON)' is an array, not an object",
		advice: "an object with the form's fields",
	},
	{
		name: 'reports an unknown form token',
		invalid: { form: 'nothing/of that name' },
		message: 'Form not found.',
		advice: 'from human_input of the paused item',
		code: 'not_found',
		status: 404,
	},
	{
		name: 'reports a form that was already submitted',
		pause: async () => {
			const json = await pauseRun(testBed);
			const items = [{ json }];
			getItem(await submitForm(testBed, { items }));
			return json;
		},
		message: /^This form has already been submitted by another user/,
		advice: 'submitted only once',
		code: 'human_input_form_submitted',
		status: 412,
	},
	{
		name: 'reports a form that has expired',
		pause: async () => await pauseRun(testBed, { form: { expiration_time: 1 } }),
		message: /^This form has expired/,
		advice: 'to get a new form',
		code: 'human_input_form_expired',
		status: 412,
	},
	{
		name: 'reports an action that the form does not have',
		invalid: { action: toLocator('postpone') },
		message: 'Invalid action: postpone',
		advice: "one of the form's actions",
		code: 'invalid_form_data',
		status: 400,
	},
	{
		name: 'reports a required field that is missing',
		pause: async () =>
			await pauseRun(testBed, { form: { inputs: [{ output_variable_name: 'reason' }] } }),
		message: 'Missing required inputs: reason',
		advice: 'for each input of the form',
		code: 'invalid_form_data',
		status: 400,
	},
	{
		name: "reports another user's run",
		invalid: { user: 'eve' },
		message: 'Workflow run not found.',
		advice: 'the user who sent the message',
		code: 'not_found',
		status: 404,
	},
	{
		name: 'reports an unknown run',
		invalid: { workflowRunId: UNKNOWN_ID },
		message: 'Workflow run not found.',
		advice: 'workflow_run_id of the paused item',
		code: 'not_found',
		status: 404,
	},
];

it.each(CASES)('submitForm: $name', async (errorCase) => {
	const { pause = async () => await pauseRun(testBed), invalid, message, advice } = errorCase;
	const { code, status } = errorCase;
	const parameters = { ...FORM_PARAMETERS };
	for (const [name, value] of Object.entries(invalid ?? {})) {
		parameters[name] = selectByItem(value, FORM_PARAMETERS[name] ?? 'n8n') as string;
	}
	const invalidItem = { json: { ...(await pause()), isInvalid: true } };

	const requestsBefore = testBed.dify.requests.length;
	const alone = await submitForm(testBed, { items: [invalidItem] }, parameters);
	expect(alone.error?.message).toEqual(
		typeof message === 'string' ? message : expect.stringMatching(message),
	);
	expect(alone.error?.description).toContain(advice);
	const requests = testBed.dify.requests.slice(requestsBefore);
	await waitUntil(() => requests.every((request) => request.status !== undefined));
	expect(requests.map((request) => request.status).filter((received) => received !== 200)).toEqual(
		status === undefined ? [] : [status],
	);

	// With 'Continue', the error becomes an item, and the next item completes.
	const items = [invalidItem, { json: await pauseRun(testBed) }];
	const { outputs, run } = await submitForm(
		testBed,
		{ items, onError: 'continueRegularOutput' },
		parameters,
	);
	const [errorItem, completeItem] = outputs[0] ?? [];
	expect(errorItem?.json.error).toBe(`${alone.error?.message} [item 0]`);
	expect([errorItem?.json.code, errorItem?.json.http_status]).toEqual([code, status]);
	expect(completeItem).toMatchObject({ json: { status: 'completed' }, pairedItem: { item: 1 } });
	expect(JSON.stringify([alone.run, run])).not.toContain(testBed.dify.key(CHATFLOW));
});

it('submitForm: says that Dify may be too old if it has no form endpoint', async () => {
	const old = await startTestBed({ version: '1.13.1', lingerMs: 20 });
	try {
		old.dify.enqueue(CHATFLOW, { script: { workflowStatus: 'paused' } });
		const items = [{ json: getItem(await old.send(CHATFLOW)) }];
		const { error } = await submitForm(old, { items });
		expect(error?.description).toContain('does not have this operation yet');
	} finally {
		await old.dify.close();
	}
});

/**
 * Returns an expression that evaluates to `invalid` for the item with `isInvalid`, and to `valid` for
 * every other item. If `valid` is a resource locator, the result is one too.
 */
function selectByItem(invalid: unknown, valid: unknown): unknown {
	const getValue = (value: unknown): unknown =>
		typeof value === 'object' ? (value as { value: unknown }).value : value;
	const toCode = (value: unknown): string =>
		JSON.stringify(String(getValue(value))).replace(/^"=\{\{ (.*) \}\}"$/, '$1');
	const expression = `={{ $json.isInvalid ? ${toCode(invalid)} : ${toCode(valid)} }}`;
	return typeof valid === 'object' ? toLocator(expression) : expression;
}
