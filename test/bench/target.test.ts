import { bench, closeServers, measure, messages, serve } from './cli';

const KEY = 'app-0123456789abcdef';
const QUERY = ['--query', 'Hello'];

afterEach(closeServers);

describe('a target that cannot be measured', () => {
	const answers = { script: { tokens: ['Hi'] } };

	it('a wrong key: said once, and nothing sent', async () => {
		const dify = await serve(answers);
		const { code, stderr } = await bench([
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

	it('an address that serves pages', async () => {
		const dify = await serve(answers);
		const { code, stderr } = await bench([
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

	it('a base URL without /v1 is completed', async () => {
		const dify = await serve(answers);
		const result = await measure(dify, ['--url', dify.origin, '--requests', '3']);
		expect(result.target.base_url).toBe(dify.baseUrl);
		expect(result.outcomes.completed).toBe(3);
	});

	it.each([
		['completion', /of the kind completion, which has no chat messages/],
		['workflow', /of the kind workflow/],
	])('an app of the kind %s', async (app, message) => {
		const dify = await serve(answers);
		const { code, stderr } = await bench([
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

	it('an Agent app in blocking mode', async () => {
		const dify = await serve(answers);
		const { code, stderr } = await bench([
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
		expect(stderr).toMatch(/Agent apps answer in streaming mode only/);
	});

	it('a first request that is refused ends the run', async () => {
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
		const { code, stderr } = await bench([
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
		expect(stderr).toMatch(/the first request was refused/);
		expect(messages(dify).length).toBeLessThan(100);
	});
});
