import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { ExecutionRequest, ExecutionResult } from '../../dev/n8n-engine';
import type { World } from './harness';
import { byId, itemOf, openWorld, until } from './harness';
import { APP, FILLED, pausedItem } from './pausedRuns';
import { UNKNOWN } from './refusals';

/** What is refused of a form, by the node or by Dify. */

let world: World;

beforeAll(async () => {
	world = await openWorld({ version: '1.14', lingerMs: 20 });
});

afterAll(async () => {
	await world.dify.close();
});

describe('what is refused', () => {
	/** What is put in place of a good parameter, or a form that is no good. */
	it.each<{
		name: string;
		paused?: () => Promise<IDataObject>;
		wrong?: INodeParameters;
		message: string | RegExp;
		advice: string;
		code?: string;
		status?: number;
	}>([
		{
			name: 'no token',
			wrong: { form: ' ' },
			message: "'Form Token' is empty",
			advice: 'Enter a value',
		},
		{
			name: 'no run',
			wrong: { workflowRunId: '' },
			message: "'Workflow Run ID' is empty",
			advice: 'workflow_run_id of the paused item',
		},
		{
			name: 'a run id that is none',
			wrong: { workflowRunId: 'run-1' },
			message: "'Workflow Run ID' is not a valid ID (UUID)",
			advice: 'workflow_run_id of the paused item',
		},
		{ name: 'no user', wrong: { user: '' }, message: "'User' is empty", advice: 'any text' },
		{
			name: 'no action',
			wrong: { action: byId('') },
			message: "'Action' is empty",
			advice: 'Enter a value',
		},
		{
			name: 'inputs that are no object',
			wrong: { inputsJson: '[1]' },
			message: "'Inputs (JSON)' is an array, not an object",
			advice: "an object with the form's fields",
		},
		{
			name: 'an unknown token',
			wrong: { form: 'nothing/of that name' },
			message: 'Form not found.',
			advice: 'from human_input of the paused item',
			code: 'not_found',
			status: 404,
		},
		{
			name: 'a form that was submitted',
			paused: async () => {
				const json = await pausedItem(world);
				const items = [{ json }];
				itemOf(await world.run(APP, 'chatMessage', 'submitForm', FILLED, { items }));
				return json;
			},
			message: /^This form has already been submitted by another user/,
			advice: 'submitted only once',
			code: 'human_input_form_submitted',
			status: 412,
		},
		{
			name: 'a form that has expired',
			paused: async () => await pausedItem(world, undefined, { expiration_time: 1 }),
			message: /^This form has expired/,
			advice: 'to get a new form',
			code: 'human_input_form_expired',
			status: 412,
		},
		{
			name: 'an action that the form does not have',
			wrong: { action: byId('postpone') },
			message: 'Invalid action: postpone',
			advice: "one of the form's actions",
			code: 'invalid_form_data',
			status: 400,
		},
		{
			name: 'a field left out that is empty',
			paused: async () =>
				await pausedItem(world, undefined, { inputs: [{ output_variable_name: 'reason' }] }),
			message: 'Missing required inputs: reason',
			advice: 'for each input of the form',
			code: 'invalid_form_data',
			status: 400,
		},
		{
			name: "another user's run",
			wrong: { user: 'eve' },
			message: 'Workflow run not found.',
			advice: 'the user who sent the message',
			code: 'not_found',
			status: 404,
		},
		{
			name: 'an unknown run',
			wrong: { workflowRunId: UNKNOWN },
			message: 'Workflow run not found.',
			advice: 'workflow_run_id of the paused item',
			code: 'not_found',
			status: 404,
		},
	])(
		'$name',
		async ({
			paused = async () => await pausedItem(world),
			wrong,
			message,
			advice,
			code,
			status,
		}) => {
			const parameters = { ...FILLED };
			for (const [parameter, value] of Object.entries(wrong ?? {})) {
				parameters[parameter] = chosen(value, FILLED[parameter] ?? 'n8n') as string;
			}
			const bad = { json: { ...(await paused()), isWrong: true } };
			const before = world.dify.requests.length;
			const submit = async (job: Partial<ExecutionRequest>): Promise<ExecutionResult> =>
				await world.run(APP, 'chatMessage', 'submitForm', parameters, job);
			const alone = await submit({ items: [bad] });
			const said = alone.error?.message;
			expect(said).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
			expect(alone.error?.description).toContain(advice);
			const made = world.dify.requests.slice(before);
			await until(() => made.every((request) => request.status !== undefined));
			const refusals = made.map((request) => request.status).filter((answered) => answered !== 200);
			expect(refusals).toEqual(status === undefined ? [] : [status]);
			// Among others it is an item, and holds up none.
			const items = [bad, { json: await pausedItem(world) }];
			const { outputs, run } = await submit({ items, onError: 'continueRegularOutput' });
			const [refused, whole] = outputs[0] ?? [];
			expect(refused?.json.error).toBe(alone.error?.message);
			expect([refused?.json.code, refused?.json.http_status]).toEqual([code, status]);
			expect(whole).toMatchObject({ json: { status: 'completed' }, pairedItem: { item: 1 } });
			expect(JSON.stringify([alone.run, run])).not.toContain(world.dify.key(APP));
		},
	);
});

it('says of a Dify without forms that it may be too old', async () => {
	const old = await openWorld({ version: '1.13.1', lingerMs: 20 });
	try {
		old.dify.enqueue(APP, { script: { workflowStatus: 'paused' } });
		const items = [{ json: itemOf(await old.send(APP)) }];
		const { error } = await old.run(APP, 'chatMessage', 'submitForm', FILLED, { items });
		expect(error?.description).toContain('does not have this operation yet');
	} finally {
		await old.dify.close();
	}
});

/** Either value of a parameter, by what the item says; a resource locator's is its text. */
function chosen(wrong: unknown, right: unknown): unknown {
	const text = (value: unknown): string =>
		JSON.stringify(String(value)).replace(/^"=\{\{ (.*) \}\}"$/, '$1');
	const valueOf = (value: unknown): unknown =>
		typeof value === 'object' ? (value as { value: unknown }).value : value;
	const expression = `={{ $json.isWrong ? ${text(valueOf(wrong))} : ${text(valueOf(right))} }}`;
	return typeof right === 'object' ? byId(expression) : expression;
}
