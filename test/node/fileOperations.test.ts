import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { UNKNOWN_ID } from './errorCases';
import type { Routes } from './handWrittenServer';
import { withServer } from './handWrittenServer';
import type { TestBed } from './testBed';
import { getItem, startTestBed } from './testBed';

/** The operations of the resource File. Files sent with a message are in sendFiles.test.ts. */

describe.each(['default', 'filesystem'] as const)('file operations in binary mode %s:', (mode) => {
	let testBed: TestBed;

	beforeAll(async () => {
		testBed = await startTestBed({ lingerMs: 20 }, mode);
	});

	afterAll(async () => {
		await testBed.dify.close();
	});

	const readBytes = async ({ binary }: INodeExecutionData, field: string): Promise<Buffer> =>
		await testBed.engine.readBinary(binary?.[field]);

	it('a file keeps its bytes, name and type when it is uploaded, sent and downloaded', async () => {
		const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
		const photo = await testBed.engine.prepareBinary(bytes, 'Grüße 你好.png', 'image/png');
		const items = [{ json: {}, binary: { photo } }];
		const upload = getItem(
			await testBed.run(
				{
					app: 'chat-plain',
					resource: 'file',
					operation: 'upload',
					parameters: { user: 'ada', binaryPropertyName: 'photo' },
				},
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
		getItem(await testBed.send('chat-plain', { user: 'ada', files: { file } }));
		const downloaded = await testBed.run({
			app: 'chat-plain',
			resource: 'file',
			operation: 'download',
			parameters: {
				user: 'ada',
				fileId: String(upload.id),
				binaryPropertyName: 'picture',
			},
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
		expect((await readBytes(item as INodeExecutionData, 'picture')).equals(bytes)).toBe(true);
	});

	it('upload sends the file of each input item with its own name', async () => {
		const items = await Promise.all(
			['one.txt', 'two.txt', 'three.txt'].map(async (name) => ({
				json: {},
				binary: { data: await testBed.engine.prepareBinary(Buffer.from(name), name, 'text/plain') },
			})),
		);
		const { outputs } = await testBed.run(
			{ app: 'chat-plain', resource: 'file', operation: 'upload' },
			{ items },
		);
		expect(outputs[0]?.map(({ json, pairedItem }) => [json.name, json.size, pairedItem])).toEqual([
			['one.txt', 7, { item: 0 }],
			['two.txt', 7, { item: 1 }],
			['three.txt', 9, { item: 2 }],
		]);
	});
});

it('file upload: returns all fields without Simplify', async () => {
	const testBed = await startTestBed();
	try {
		const data = await testBed.engine.prepareBinary(Buffer.from('x'), 'x.txt', 'text/plain');
		const items = [{ json: {}, binary: { data } }];
		const result = await testBed.run(
			{ app: 'chat-plain', resource: 'file', operation: 'upload', parameters: { simplify: false } },
			{ items },
		);
		expect(Object.keys(getItem(result)).length).toBeGreaterThan(10);
		expect(getItem(result)).toMatchObject({ name: 'x.txt', preview_url: null, file_key: null });
	} finally {
		await testBed.dify.close();
	}
});

describe('file download:', () => {
	interface FileResponse {
		headers: Record<string, string>;
		body: string;
		/** Whether the server closes the connection after the body, without ending the response. */
		isCut?: boolean;
	}

	/** Downloads a file from a server that sends the given response. */
	async function download({
		headers,
		body,
		isCut = false,
	}: FileResponse): Promise<{ json?: IDataObject; error?: string }> {
		const routes: Routes = {
			[`GET /v1/files/${UNKNOWN_ID}/preview`]: (response): void => {
				response.writeHead(200, headers).write(body, () => {
					if (isCut) response.destroy();
					else response.end();
				});
			},
		};
		const parameters = { resource: 'file', operation: 'download', fileId: UNKNOWN_ID };
		const { outputs, error } = await withServer(routes, async ({ run }) => await run(parameters));
		return { json: outputs[0]?.[0]?.json, error: error?.message };
	}

	it.each([
		[
			'the file id as the name if the response has none',
			{ 'content-type': 'image/gif' },
			UNKNOWN_ID,
			'image/gif',
		],
		[
			'a plain file name, and the type of its extension',
			{ 'content-disposition': 'attachment; filename="a b.pdf"', 'content-type': '' },
			'a b.pdf',
			'application/pdf',
		],
		[
			'a file name that cannot be decoded as it is',
			{ 'content-disposition': "attachment; filename*=UTF-8''%E0%A4%A.csv" },
			'%E0%A4%A.csv',
			'text/csv',
		],
	])('returns %s', async (_, headers, name, mime_type) => {
		const { json, error } = await download({
			headers: headers as Record<string, string>,
			body: 'GIF89a',
		});
		expect(error).toBeUndefined();
		expect(json).toEqual({ id: UNKNOWN_ID, name, mime_type, size: 6 });
	});

	it('fails if the connection breaks before the file is complete', async () => {
		const { error } = await download({
			headers: { 'content-length': '1000' },
			body: 'half a file',
			isCut: true,
		});
		expect(error).toBe('The connection broke before the response was complete');
	});

	it('fails if a proxy returns a web page instead of the file', async () => {
		const { error } = await download({
			headers: { 'content-type': 'text/html' },
			body: '<html>sign in</html>',
		});
		expect(error).toBe("The base URL returned a web page (200), not Dify's API");
	});
});
