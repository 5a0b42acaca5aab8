import { closeServers, measure, messages, runBench, serve } from './cli';

const KEY = 'app-0123456789abcdef';
const QUERY = ['--query', 'Hello'];

afterEach(closeServers);

describe('dify-bench run: target', () => {
	const scenario = { script: { tokens: ['Hi'] } };

	it('rejects a wrong key with one message and sends nothing', async () => {
		const dify = await serve(scenario);
		const { code, stderr } = await runBench([
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			KEY,
			...QUERY,
			'--requests',
			'1000',
		]);
		expect([code, messages(dify)]).toEqual([2, []]);
		expect(stderr).toMatch(/\/info: .*Check --key/);
		expect(stderr.trim().split('\n')).toHaveLength(1);
	});

	it('rejects an address that serves HTML pages', async () => {
		const dify = await serve(scenario);
		const { code, stderr } = await runBench([
			'run',
			'--url',
			`${dify.origin}/apps`,
			'--key',
			KEY,
			...QUERY,
		]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/\/apps\/info: .*Check --url: Dify's base URL ends in \/v1/);
	});

	it('adds /v1 to a base URL without a path', async () => {
		const dify = await serve(scenario);
		const result = await measure(dify, ['--url', dify.origin, '--requests', '3']);
		expect(result.target.base_url).toBe(dify.baseUrl);
		expect(result.outcomes.completed).toBe(3);
	});

	it.each([
		['completion', /is a completion app, which has no chat messages/],
		['workflow', /is a workflow app/],
	])('rejects a %s app', async (app, message) => {
		const dify = await serve(scenario);
		const { code, stderr } = await runBench([
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			dify.key(app),
			...QUERY,
		]);
		expect(code).toBe(2);
		expect(stderr).toMatch(message);
	});

	it('rejects an Agent app in blocking mode', async () => {
		const dify = await serve(scenario);
		const { code, stderr } = await runBench([
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			dify.key('agent-fc'),
			...QUERY,
			'--mode',
			'blocking',
		]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/Agent apps support only the streaming mode/);
	});

	it('ends the run if the server rejects the first request', async () => {
		const dify = await serve({
			faults: [
				{
					kind: 'http',
					status: 403,
					contentType: 'application/json',
					body: '{"code":"forbidden","message":"no","status":403}',
				},
			],
		});
		const { code, stderr } = await runBench([
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			dify.key('chat-plain'),
			...QUERY,
			'--requests',
			'5000',
			'--warmup',
			'0',
		]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/The server rejected the first request/);
		expect(messages(dify).length).toBeLessThan(100);
	});
});
