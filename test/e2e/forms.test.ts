import { eventually, executionOf, executionsOf, lastExecution, outputsOf } from './executions';
import type { World } from './server';
import { nodeOf, openWorld, postJson } from './server';

/** The examples that a person fills in, and the export of what was said. */

let world: World;

beforeAll(async () => {
	world = await openWorld({}, 'flow-plain', '1.14');
});

afterAll(async () => {
	await world.close();
});

/** Sends a page of a form as a browser does: fields go by their places. */
async function fillIn(address: string, fields: string[]): Promise<Response> {
	const body = new FormData();
	for (const [index, value] of fields.entries()) body.append(`field-${index}`, value);
	return await fetch(address, { method: 'POST', body });
}

it("feedback-form: what a person thinks of an answer reaches Dify's message", async () => {
	await world.open('webhook-blocking');
	const asked = await postJson(`${world.n8n.origin}/webhook/dify-ask`, {
		query: 'hi',
		user: 'ada',
	});
	const { message_id } = (await asked.json()) as { message_id: string };
	const id = await world.open('feedback-form');
	const address = `${world.n8n.origin}/form/dify-feedback`;
	const page = await (await fetch(`${address}?message_id=${message_id}&user=ada`)).text();
	expect(page).toContain(message_id);
	await fillIn(address, ['No', 'Too short', message_id, 'ada']);
	expect(await lastExecution(world.n8n, id)).toMatchObject({ status: 'success' });
	expect(world.dify.requests.at(-1)).toMatchObject({
		path: `/v1/messages/${message_id}/feedbacks`,
		body: { user: 'ada', rating: 'dislike', content: 'Too short' },
		status: 200,
	});
});

it('nightly-export: every message of every conversation is a row of the file', async () => {
	const ask = async (query: string): Promise<Response> =>
		await postJson(`${world.n8n.origin}/webhook/dify-ask`, { query, user: 'webhook' });
	for (const query of ['First, "quoted"', 'Second', 'Third']) await ask(query);
	const id = await world.open('nightly-export', (workflow) => {
		nodeOf(workflow, 'Schedule Trigger').parameters = {
			rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] },
		};
	});
	const execution = await lastExecution(world.n8n, id);
	await world.n8n.rest.call('POST', `/workflows/${id}/deactivate`);
	expect(execution).toMatchObject({ status: 'success', mode: 'trigger' });
	const [rows = []] = outputsOf(execution, 'Rows');
	expect(rows.map(({ query }) => query).sort()).toEqual(['First, "quoted"', 'Second', 'Third']);
	expect(rows[0]).toMatchObject({
		conversation: rows[0]?.query,
		asked_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
		answer: `Hello from the stub model. You said: ${String(rows[0]?.query)}`,
		rating: '',
	});
	const [run] = execution.data.resultData.runData['CSV File'] ?? [];
	const file = run?.data?.main?.[0]?.[0]?.binary?.data;
	expect(file).toMatchObject({
		fileName: expect.stringMatching(/^conversations-.*\.csv$/),
		mimeType: 'text/csv',
	});
});

it('human-form: a chatflow pauses, a person decides, and the answer comes', async () => {
	const id = await world.open('human-form');
	world.dify.enqueue('flow-plain', { script: { workflowStatus: 'paused' } });
	const first = await fillIn(`${world.n8n.origin}/form/dify-human`, ['May I?']);
	const { formWaitingUrl } = (await first.json()) as { formWaitingUrl: string };
	const waiting = await eventually(async () => {
		const [newest] = await executionsOf(world.n8n, id);
		return newest?.status === 'waiting' ? newest.id : undefined;
	});
	const page = await (await fetch(formWaitingUrl)).text();
	expect(page).toContain('Please approve');
	await fillIn(formWaitingUrl, ['approve', 'Fine by me']);
	const execution = await eventually(async () => {
		const now = await executionOf(world.n8n, waiting);
		return 'Submit Form' in now.data.resultData.runData ? now : undefined;
	});
	const [[item]] = outputsOf(execution, 'Submit Form') as [[Record<string, unknown>]];
	expect(item).toMatchObject({ answer: 'Approve: Fine by me', status: 'completed' });
});
