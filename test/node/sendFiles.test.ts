import type { IBinaryKeyData, INodeExecutionData } from 'n8n-workflow';
import type { TestBed } from './testBed';
import { getItem, getLastChatBody, startTestBed } from './testBed';

/** Files that are sent with a chat message, in both binary modes of n8n. */

describe.each(['default', 'filesystem'] as const)('send, files in binary mode %s:', (mode) => {
	let testBed: TestBed;
	let items: INodeExecutionData[];

	beforeAll(async () => {
		testBed = await startTestBed({ lingerMs: 20 }, mode);
		const binary: IBinaryKeyData = {
			photo: await testBed.engine.prepareBinary(
				Buffer.alloc(5_000_000, 7),
				'Grüße 你好.png',
				'image/png',
			),
			report: await testBed.engine.prepareBinary(
				Buffer.from('%PDF'),
				'report.pdf',
				'application/pdf',
			),
		};
		items = [{ json: {}, binary }];
	});

	afterAll(async () => {
		await testBed.dify.close();
	});

	it('uploads each binary field first, with its name, its type and the user of the message', async () => {
		const file = [
			{ source: 'binary', binaryPropertyName: 'photo', type: 'auto' },
			{ source: 'binary', binaryPropertyName: 'report', type: 'auto' },
		];
		getItem(await testBed.send('chat-plain', { user: 'ada', files: { file } }, { items }));
		expect(
			testBed
				.findRequests('POST', '/v1/files/upload')
				.slice(-2)
				.map(({ body }) => body),
		).toEqual([
			{
				fields: { user: 'ada' },
				files: [
					{ fieldname: 'file', filename: 'Grüße 你好.png', mimeType: 'image/png', size: 5_000_000 },
				],
			},
			{
				fields: { user: 'ada' },
				files: [
					{ fieldname: 'file', filename: 'report.pdf', mimeType: 'application/pdf', size: 4 },
				],
			},
		]);
		expect(getLastChatBody(testBed).files).toEqual([
			{
				type: 'image',
				transfer_method: 'local_file',
				upload_file_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
			},
			{ type: 'document', transfer_method: 'local_file', upload_file_id: expect.any(String) },
		]);
	});

	it('sets file variables from a binary field, a URL, an object and a list', async () => {
		const object = {
			type: 'image',
			transfer_method: 'remote_url',
			url: 'https://example.com/a.png',
		};
		for (const [doc, expected] of [
			[
				'photo',
				{ type: 'image', transfer_method: 'local_file', upload_file_id: expect.any(String) },
			],
			[
				'https://example.com/a.pdf',
				{ type: 'document', transfer_method: 'remote_url', url: 'https://example.com/a.pdf' },
			],
			[object, object],
		] as const) {
			const inputs = { name: 'n', colour: 'red', doc, docs: 'photo, https://example.com/b.png' };
			getItem(
				await testBed.send(
					'flow-vars',
					{ inputsMode: 'json', inputsJson: JSON.stringify(inputs) },
					{ items },
				),
			);
			expect(getLastChatBody(testBed).inputs).toMatchObject({
				name: 'n',
				doc: expected,
				docs: [
					{ type: 'image', transfer_method: 'local_file' },
					{ type: 'image', transfer_method: 'remote_url', url: 'https://example.com/b.png' },
				],
			});
		}
	});
});

it('send: an upload id in a file variable gets the only type that the variable allows', async () => {
	const definition = { type: 'file', variable: 'doc', label: 'Doc', allowed_file_types: ['audio'] };
	const testBed = await startTestBed({
		apps: [{ name: 'flow', mode: 'advanced-chat', inputs: [{ file: definition }] }],
	});
	try {
		const doc = '72fa9618-8f89-4a37-9b33-7e1178a24a67';
		const inputsJson = JSON.stringify({ doc });
		getItem(await testBed.send('flow', { inputsMode: 'json', inputsJson }));
		expect(getLastChatBody(testBed).inputs).toEqual({
			doc: { type: 'audio', transfer_method: 'local_file', upload_file_id: doc },
		});
	} finally {
		await testBed.dify.close();
	}
});

it('send: adds a hint if the app accepts no files, because Dify ignores them silently', async () => {
	const testBed = await startTestBed();
	try {
		const file = [{ source: 'url', url: 'https://example.com/a.png', type: 'auto' }];
		const result = await testBed.send('chat-nofiles', { files: { file } });
		expect(getItem(result).status).toBe('completed');
		expect(result.hints.map(({ message }) => message)).toEqual([
			"Dify ignored the files. Turn on 'File Upload' in the app's features",
		]);
	} finally {
		await testBed.dify.close();
	}
});
