import type { TestBed } from './testBed';
import { startTestBed, toLocator } from './testBed';

/** Chatflows that send pings only, because Dify does not report a wrong request (langgenius/dify#37197). */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed();
});

afterAll(async () => {
	await testBed.dify.close();
});

describe('send, a chatflow that sends pings only:', () => {
	it('fails within 15 s and names the missing input', async () => {
		const result = await testBed.send('flow-vars');
		expect(result.durationMs).toBeLessThan(15_000);
		expect(result.error?.message).toBe('name is required in input form');
		expect(result.error?.description).toContain("'Inputs'");
	}, 20_000);

	it('fails within 15 s and says that the conversation is unknown', async () => {
		const conversationId = toLocator('11111111-2222-4333-8444-555555555555');
		const result = await testBed.send('flow-plain', { conversationId });
		expect(result.durationMs).toBeLessThan(15_000);
		expect(result.error?.message).toBe('Conversation Not Exists.');
	}, 20_000);

	it('fails after the idle timeout if the request has no known fault', async () => {
		testBed.dify.enqueue('flow-plain', { faults: [{ kind: 'pingOnly' }] });
		const result = await testBed.send('flow-plain', { options: { idleTimeout: 12 } });
		expect(result.durationMs).toBeGreaterThan(11_500);
		expect(result.error?.message).toBe('Dify sent no part of an answer within 12 s');
	}, 20_000);
});
