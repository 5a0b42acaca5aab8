import {
	pollUntil,
	getExecution,
	listExecutions,
	waitForLastExecution,
	readOutputs,
} from './executions';
import type { TestBed } from '../../dev/n8n-server/testBed';
import { findNode, startTestBed } from '../../dev/n8n-server/testBed';
import { postJson } from '../../dev/n8n-server/webhookClient';

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ app: 'flow-plain', version: '1.14' });
});

afterAll(async () => {
	await testBed.close();
});

/** Submits a page of an n8n form as a browser does. n8n names the fields by their position. */
async function fillIn(address: string, fields: string[]): Promise<Response> {
	const body = new FormData();
	for (const [index, value] of fields.entries()) body.append(`field-${index}`, value);
	return await fetch(address, { method: 'POST', body });
}

it("feedback-form: the form's feedback is stored with Dify's message", async () => {
	await testBed.openExample('webhook-blocking');
	const asked = await postJson(`${testBed.n8n.origin}/webhook/dify-ask`, {
		query: 'hi',
		user: 'ada',
	});
	const { message_id } = (await asked.json()) as { message_id: string };
	const id = await testBed.openExample('feedback-form');
	const address = `${testBed.n8n.origin}/form/dify-feedback`;
	const page = await (await fetch(`${address}?message_id=${message_id}&user=ada`)).text();
	expect(page).toContain(message_id);
	await fillIn(address, ['No', 'Too short', message_id, 'ada']);
	expect(await waitForLastExecution(testBed.n8n, id)).toMatchObject({ status: 'success' });
	expect(testBed.dify.requests.at(-1)).toMatchObject({
		path: `/v1/messages/${message_id}/feedbacks`,
		body: { user: 'ada', rating: 'dislike', content: 'Too short' },
		status: 200,
	});
});

it('nightly-export: writes each message of each conversation as a row of the CSV file', async () => {
	const ask = async (query: string): Promise<Response> =>
		await postJson(`${testBed.n8n.origin}/webhook/dify-ask`, { query, user: 'webhook' });
	for (const query of ['First, "quoted"', 'Second', 'Third']) await ask(query);
	const id = await testBed.openExample('nightly-export', (workflow) => {
		findNode(workflow, 'Schedule Trigger').parameters = {
			rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] },
		};
	});
	const execution = await waitForLastExecution(testBed.n8n, id);
	await testBed.n8n.rest.request('POST', `/workflows/${id}/deactivate`);
	expect(execution).toMatchObject({ status: 'success', mode: 'trigger' });
	const [rows = []] = readOutputs(execution, 'Rows');
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

it('human-form: a paused chatflow continues after a person has submitted the form', async () => {
	const id = await testBed.openExample('human-form');
	testBed.dify.enqueue('flow-plain', { script: { workflowStatus: 'paused' } });
	const first = await fillIn(`${testBed.n8n.origin}/form/dify-human`, ['May I?']);
	const { formWaitingUrl } = (await first.json()) as { formWaitingUrl: string };
	const waiting = await pollUntil(async () => {
		const [newest] = await listExecutions(testBed.n8n, id);
		return newest?.status === 'waiting' ? newest.id : undefined;
	});
	const page = await (await fetch(formWaitingUrl)).text();
	expect(page).toContain('Please approve');
	await fillIn(formWaitingUrl, ['approve', 'Fine by me']);
	const execution = await pollUntil(async () => {
		const now = await getExecution(testBed.n8n, waiting);
		return 'Submit Form' in now.data.resultData.runData ? now : undefined;
	});
	const [[item]] = readOutputs(execution, 'Submit Form') as [[Record<string, unknown>]];
	expect(item).toMatchObject({ answer: 'Approve: Fine by me', status: 'completed' });
});
