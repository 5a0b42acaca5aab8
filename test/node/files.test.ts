import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { World } from './harness';
import { itemOf, openWorld } from './harness';

/** Files in both of n8n's ways to keep binary data. */
describe.each(['default', 'filesystem'] as const)('with binary data in %s mode', (mode) => {
	let world: World;
	let items: INodeExecutionData[];

	beforeAll(async () => {
		world = await openWorld({ lingerMs: 20 }, mode);
		const binary: IBinaryKeyData = {
			photo: await world.engine.prepareBinary(
				Buffer.alloc(5_000_000, 7),
				'Grüße 你好.png',
				'image/png',
			),
			report: await world.engine.prepareBinary(
				Buffer.from('%PDF'),
				'report.pdf',
				'application/pdf',
			),
		};
		items = [{ json: {}, binary }];
	});

	afterAll(async () => {
		await world.dify.close();
	});

	const lastChat = (): Record<string, unknown> =>
		world.seen('POST', '/v1/chat-messages').at(-1)?.body as Record<string, unknown>;

	it('uploads a binary field first, under the same user, named and typed as it is', async () => {
		const file = [
			{ source: 'binary', binaryPropertyName: 'photo', type: 'auto' },
			{ source: 'binary', binaryPropertyName: 'report', type: 'auto' },
		];
		itemOf(await world.send('chat-plain', { user: 'ada', files: { file } }, { items }));
		expect(
			world
				.seen('POST', '/v1/files/upload')
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
		expect(lastChat().files).toEqual([
			{
				type: 'image',
				transfer_method: 'local_file',
				upload_file_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
			},
			{ type: 'document', transfer_method: 'local_file', upload_file_id: expect.any(String) },
		]);
	});

	it('puts files in file variables, by field, URL, object and list', async () => {
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
			itemOf(
				await world.send(
					'flow-vars',
					{ inputsMode: 'json', inputsJson: JSON.stringify(inputs) },
					{ items },
				),
			);
			expect(lastChat().inputs).toMatchObject({
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

it('gives an upload id the one type that the variable takes', async () => {
	const definition = { type: 'file', variable: 'doc', label: 'Doc', allowed_file_types: ['audio'] };
	const world = await openWorld({
		apps: [{ name: 'flow', mode: 'advanced-chat', inputs: [{ file: definition }] }],
	});
	try {
		const doc = '72fa9618-8f89-4a37-9b33-7e1178a24a67';
		const inputsJson = JSON.stringify({ doc });
		itemOf(await world.send('flow', { inputsMode: 'json', inputsJson }));
		const [chat] = world.seen('POST', '/v1/chat-messages');
		expect((chat?.body as IDataObject).inputs).toEqual({
			doc: { type: 'audio', transfer_method: 'local_file', upload_file_id: doc },
		});
	} finally {
		await world.dify.close();
	}
});

it('says that the app takes no files, which Dify leaves out without a word', async () => {
	const world = await openWorld();
	try {
		const file = [{ source: 'url', url: 'https://example.com/a.png', type: 'auto' }];
		const outcome = await world.send('chat-nofiles', { files: { file } });
		expect(itemOf(outcome).status).toBe('completed');
		expect(outcome.hints.map(({ message }) => message)).toEqual([
			"Dify ignored the files. Turn on 'File Upload' in the app's features",
		]);
	} finally {
		await world.dify.close();
	}
});
