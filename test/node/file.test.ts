import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { World } from './harness';
import { itemOf, openWorld } from './harness';
import { UNKNOWN } from './refusals';

/** Files up and down. */

describe.each(['default', 'filesystem'] as const)('with binary data in %s mode', (mode) => {
	let world: World;

	beforeAll(async () => {
		world = await openWorld({ lingerMs: 20 }, mode);
	});

	afterAll(async () => {
		await world.dify.close();
	});

	const bytesOf = async ({ binary }: INodeExecutionData, field: string): Promise<Buffer> =>
		await world.engine.readBinary(binary?.[field]);

	it('uploads, sends and downloads a file: the same bytes, name and type', async () => {
		const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
		const photo = await world.engine.prepareBinary(bytes, 'Grüße 你好.png', 'image/png');
		const items = [{ json: {}, binary: { photo } }];
		const upload = itemOf(
			await world.run(
				'chat-plain',
				'file',
				'upload',
				{ user: 'ada', binaryPropertyName: 'photo' },
				{ items },
			),
		);
		expect(upload).toEqual({
			id: expect.any(String),
			name: 'Grüße 你好.png',
			size: 70_000,
			extension: 'png',
			mime_type: 'image/png',
			created_by: expect.any(String),
			created_at: expect.any(Number),
			source_url: expect.any(String),
		});
		const file = [{ source: 'uploadId', uploadFileId: String(upload.id), type: 'image' }];
		itemOf(await world.send('chat-plain', { user: 'ada', files: { file } }));
		const downloaded = await world.run('chat-plain', 'file', 'download', {
			user: 'ada',
			fileId: String(upload.id),
			binaryPropertyName: 'picture',
		});
		const [item] = downloaded.outputs[0] ?? [];
		expect(item?.json).toEqual({
			id: upload.id,
			name: 'Grüße 你好.png',
			mime_type: 'image/png',
			size: 70_000,
		});
		expect(item?.pairedItem).toEqual({ item: 0 });
		expect(Object.keys(item?.binary ?? {})).toEqual(['picture']);
		expect(item?.binary?.picture).toMatchObject({
			fileName: 'Grüße 你好.png',
			mimeType: 'image/png',
			fileExtension: 'png',
		});
		expect((await bytesOf(item as INodeExecutionData, 'picture')).equals(bytes)).toBe(true);
	});

	it('uploads a file an item, each of its own name', async () => {
		const items = await Promise.all(
			['one.txt', 'two.txt', 'three.txt'].map(async (name) => ({
				json: {},
				binary: { data: await world.engine.prepareBinary(Buffer.from(name), name, 'text/plain') },
			})),
		);
		const { outputs } = await world.run('chat-plain', 'file', 'upload', {}, { items });
		expect(outputs[0]?.map(({ json, pairedItem }) => [json.name, json.size, pairedItem])).toEqual([
			['one.txt', 7, { item: 0 }],
			['two.txt', 7, { item: 1 }],
			['three.txt', 9, { item: 2 }],
		]);
	});
});

it('gives all fields of an upload when not simplified', async () => {
	const world = await openWorld();
	try {
		const data = await world.engine.prepareBinary(Buffer.from('x'), 'x.txt', 'text/plain');
		const items = [{ json: {}, binary: { data } }];
		const outcome = await world.run('chat-plain', 'file', 'upload', { simplify: false }, { items });
		expect(Object.keys(itemOf(outcome)).length).toBeGreaterThan(10);
		expect(itemOf(outcome)).toMatchObject({ name: 'x.txt', preview_url: null, file_key: null });
	} finally {
		await world.dify.close();
	}
});

describe('what Dify serves otherwise', () => {
	/** Answers the one request of a download. */
	async function served(
		headers: Record<string, string>,
		body: string,
		whole = true,
	): Promise<{ json?: IDataObject; error?: string }> {
		const world = await openWorld();
		const server = createServer((_, response) => {
			response.writeHead(200, headers).write(body, () => {
				if (whole) response.end();
				else response.destroy();
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		try {
			const { outputs, error } = await world.run(
				'chat-plain',
				'file',
				'download',
				{ fileId: UNKNOWN },
				{ credentials: { apiKey: 'app-1', baseUrl } },
			);
			return { json: outputs[0]?.[0]?.json, error: error?.message };
		} finally {
			server.closeAllConnections();
			server.close();
			await world.dify.close();
		}
	}

	it.each([
		['no name', { 'content-type': 'image/gif' }, UNKNOWN, 'image/gif'],
		[
			'a plain name',
			{ 'content-disposition': 'attachment; filename="a b.pdf"', 'content-type': '' },
			'a b.pdf',
			'application/pdf',
		],
		[
			'a name that cannot be decoded',
			{ 'content-disposition': "attachment; filename*=UTF-8''%E0%A4%A.csv" },
			'%E0%A4%A.csv',
			'text/csv',
		],
	])('%s', async (_, headers, name, mime_type) => {
		const { json, error } = await served(headers as Record<string, string>, 'GIF89a');
		expect(error).toBeUndefined();
		expect(json).toEqual({ id: UNKNOWN, name, mime_type, size: 6 });
	});

	it('a file that breaks off is none', async () => {
		const { error } = await served({ 'content-length': '1000' }, 'half a file', false);
		expect(error).toBe('The connection broke before the response was complete');
	});

	it("a proxy's page is none", async () => {
		const { error } = await served({ 'content-type': 'text/html' }, '<html>sign in</html>');
		expect(error).toBe("The base URL returned a web page (200), not Dify's API");
	});
});
