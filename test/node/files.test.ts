import type { IBinaryKeyData, INodeExecutionData } from 'n8n-workflow';
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

	it('puts files in file variables, by field, URL, id, object and list', async () => {
		const id = '72fa9618-8f89-4a37-9b33-7e1178a24a67';
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
			[id, { type: 'document', transfer_method: 'local_file', upload_file_id: id }],
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

describe('what is refused', () => {
	let world: World;

	beforeAll(async () => {
		world = await openWorld({ lingerMs: 20 });
	});

	afterAll(async () => {
		await world.dify.close();
	});

	it('a binary field that the item does not have, before anything is sent', async () => {
		const binary = {
			photo: await world.engine.prepareBinary(Buffer.from('x'), 'a.png', 'image/png'),
		};
		const file = [{ source: 'binary', binaryPropertyName: 'data', type: 'auto' }];
		const { error } = await world.send(
			'chat-plain',
			{ files: { file } },
			{ items: [{ json: {}, binary }] },
		);
		expect(error?.message).toBe("The item has no binary field 'data' [item 0]");
		expect(error?.description).toContain("'photo'");
		expect(world.dify.requests).toEqual([]);
	});

	it.each([
		['url', 'url', "'URL' of file 1 is empty [item 0]"],
		['uploadId', 'uploadFileId', "'Upload File ID' of file 1 is empty [item 0]"],
	])('an empty %s', async (source, field, message) => {
		const file = [{ source, [field]: ' ', type: 'auto' }];
		const { error } = await world.send('chat-plain', { files: { file } });
		expect(error?.message).toBe(message);
	});

	it('a file over the limit, by name', async () => {
		const binary = {
			big: await world.engine.prepareBinary(Buffer.alloc(11_000_000), 'big.png', 'image/png'),
		};
		const file = [{ source: 'binary', binaryPropertyName: 'big', type: 'auto' }];
		const { error } = await world.send(
			'chat-plain',
			{ files: { file } },
			{ items: [{ json: {}, binary }] },
		);
		expect(error?.message).toBe(
			"Uploading 'big.png' from the binary field 'big': The file is larger than Dify takes [item 0]",
		);
		expect(world.seen('POST', '/v1/chat-messages')).toEqual([]);
	});

	it('more files than the app takes', async () => {
		const file = Array.from({ length: 4 }, () => ({
			source: 'url',
			url: 'https://example.com/a.png',
			type: 'image',
		}));
		const { error } = await world.send('chat-plain', { files: { file } });
		expect(error?.message).toBe('Number of image files exceeds the maximum limit 3 [item 0]');
	});

	it('an input that is no file', async () => {
		const inputs = { name: 'n', doc: 'https://example.com/x.pdf', docs: ['nonsense'] };
		const { error } = await world.send('flow-vars', {
			inputsMode: 'json',
			inputsJson: JSON.stringify(inputs),
		});
		expect(error?.message).toContain(
			"'docs' is neither a binary field of the item, nor a URL, nor an upload id [item 0]",
		);
	});
});
