import type {
	IBinaryKeyData,
	IDataObject,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import type { ExecutionRequest, ExecutionResult } from '../../dev/n8n-engine';
import type { Routes } from './handWrittenServer';
import { withServer, writeJson } from './handWrittenServer';
import type { TestBed } from './testBed';
import { getItem, startTestBed } from './testBed';

/** Files in every shape in which n8n gives them to a node. */

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const PNG = { data: base64('x'), mimeType: 'image/png', fileName: 'a.png', fileExtension: 'png' };
const PDF = {
	data: base64('%PDF-1.7'),
	mimeType: 'application/pdf',
	fileName: 'b.pdf',
	fileExtension: 'pdf',
};

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
});

afterAll(async () => {
	await testBed.dify.close();
});

function row(source: string, field: string, value: unknown, type = 'auto'): INodeParameters {
	return { files: { file: [{ source, type, [field]: value as string }] } };
}

function binaryRow(value: unknown): INodeParameters {
	return row('binary', 'binaryPropertyName', value);
}

interface SentFiles {
	/** Names and MIME types of the uploaded files. */
	uploads: string[];
	/** Types of the files of the message. */
	types: unknown[];
}

/** Sends one message and returns the files that Dify received. */
async function sendFiles(
	parameters: INodeParameters,
	item: INodeExecutionData,
	job: Partial<ExecutionRequest> = {},
): Promise<SentFiles> {
	const before = testBed.dify.requests.length;
	getItem(await testBed.send('chat-plain', parameters, { items: [item], ...job }));
	const requests = testBed.dify.requests.slice(before);
	const uploads = requests.filter(({ path }) => path === '/v1/files/upload');
	const chat = requests.find(({ path }) => path === '/v1/chat-messages');
	const files = (chat?.body as { files?: Array<{ type: unknown }> }).files ?? [];
	return {
		uploads: uploads.map(({ body }) => {
			const [file] = (body as { files: Array<{ filename: string; mimeType: string }> }).files;
			return `${file?.filename} ${file?.mimeType}`;
		}),
		types: files.map(({ type }) => type),
	};
}

async function failedSend(
	parameters: INodeParameters,
	item: INodeExecutionData,
): Promise<ExecutionResult['error']> {
	return (await testBed.send('chat-plain', parameters, { items: [item] })).error;
}

describe('send: binary data as the value of an expression', () => {
	it.each([
		['{{ $binary.data }}', '={{ $binary.data }}'],
		['the data of another node', "={{ $('Start').item.binary.data }}"],
		['its name', 'data'],
		['a list', '={{ [$binary.data] }}'],
		['all data', '={{ $binary }}'],
	])('%s is uploaded', async (_, value) => {
		const item = { json: {}, binary: { data: PNG } };
		expect(await sendFiles(binaryRow(value), item)).toEqual({
			uploads: ['a.png image/png'],
			types: ['image'],
		});
	});

	it('is uploaded by Upload and Transcribe too', async () => {
		const parameters = { binaryPropertyName: '={{ $binary.data }}' };
		const sound = { ...PNG, mimeType: 'audio/mp3', fileName: 'a.mp3', fileExtension: 'mp3' };
		const items = [{ json: {}, binary: { data: sound } }];
		expect(
			getItem(
				await testBed.run(
					{ app: 'chat-plain', resource: 'file', operation: 'upload', parameters },
					{ items },
				),
			),
		).toMatchObject({ name: 'a.mp3', id: expect.any(String) });
		await testBed.run(
			{ app: 'chat-plain', resource: 'audio', operation: 'transcribe', parameters },
			{ items },
		);
		expect(testBed.findRequests('POST', '/v1/audio-to-text').at(-1)?.body).toMatchObject({
			files: [{ filename: 'a.mp3', mimeType: 'audio/mp3' }],
		});
	});

	it('says how to name a file that cannot be told from another one', async () => {
		const item = { json: {}, binary: { one: PNG, two: { ...PNG, data: base64('y') } } };
		const error = await failedSend(binaryRow('={{ $binary.two }}'), item);
		expect(error?.message).toContain(
			"'Source Binary Field' of file 1 is binary data without content",
		);
		expect(error?.description).toContain("'one', 'two'");
		expect((await sendFiles(binaryRow('={{ $binary }}'), item)).uploads).toHaveLength(2);
	});

	it('is accepted in a file variable', async () => {
		const item = { json: {}, binary: { photo: PNG, report: PDF } };
		const inputsJson =
			'={{ ({ name: "n", colour: "red", doc: $binary.report, docs: [$binary.photo, "report"] }) }}';
		const parameters = { inputsMode: 'json', inputsJson };
		getItem(await testBed.send('flow-vars', parameters, { items: [item] }));
		const upload = { transfer_method: 'local_file', upload_file_id: expect.any(String) };
		expect(testBed.findRequests('POST', '/v1/chat-messages').at(-1)?.body).toMatchObject({
			inputs: {
				doc: { type: 'document', ...upload },
				docs: [
					{ type: 'image', ...upload },
					{ type: 'document', ...upload },
				],
			},
		});
	});

	it('in a list of files, is not mistaken for a file of the item with the same field name', async () => {
		const other = { ...PDF, fileName: 'other.pdf' };
		const item = { json: { files: { data: other } } as never, binary: { data: PNG } };
		const inputsJson = '={{ ({ name: "n", colour: "red", docs: $json.files }) }}';
		const before = testBed.dify.requests.length;
		getItem(await testBed.send('flow-vars', { inputsMode: 'json', inputsJson }, { items: [item] }));
		const requests = testBed.dify.requests.slice(before);
		const uploads = requests.filter(({ path }) => path === '/v1/files/upload');
		expect(uploads.map(({ body }) => (body as IDataObject).files)).toEqual([
			[expect.objectContaining({ filename: 'other.pdf' })],
		]);
	});

	it('is rejected with the reason if n8n has no such file', async () => {
		const item = { json: { file: { mimeType: 'image/png', id: 'nowhere:1', fileName: 'a.png' } } };
		const error = await failedSend(binaryRow('={{ $json.file }}'), item);
		expect(error?.message).toContain("n8n cannot read the file 'a.png'");
	});
});

describe('send: binary data in the mode "filesystem"', () => {
	it.each(['={{ $binary.data }}', '={{ $binary }}', 'data'])('%s is uploaded', async (value) => {
		const other = await startTestBed({ lingerMs: 20 }, 'filesystem');
		try {
			const data = await other.engine.prepareBinary(Buffer.from('x'), 'a.png', 'image/png');
			const items = [{ json: {}, binary: { data } }];
			getItem(await other.send('chat-plain', binaryRow(value), { items }));
			expect(other.findRequests('POST', '/v1/files/upload')).toHaveLength(1);
		} finally {
			await other.dify.close();
		}
	});
});

describe('send: a workflow with the binary mode "combined"', () => {
	const settings = { binaryMode: 'combined' } as const;
	const item = { json: { _files: { data: PNG, other: PDF }, deep: { file: PNG } } as never };

	it.each<[unknown, string[]]>([
		['data', ['a.png image/png']],
		['_files.data', ['a.png image/png']],
		['_files.data, other', ['a.png image/png', 'b.pdf application/pdf']],
		['={{ $json._files.data }}', ['a.png image/png']],
		['={{ $json._files }}', ['a.png image/png', 'b.pdf application/pdf']],
		['deep.file', ['a.png image/png']],
	])('%s is uploaded', async (value, uploads) => {
		expect((await sendFiles(binaryRow(value), item, { settings })).uploads).toEqual(uploads);
	});

	it('has all its files sent by "All Binary Fields"', async () => {
		const parameters = { files: { file: [{ source: 'allBinary', type: 'auto' }] } };
		const { uploads } = await sendFiles(parameters, item, { settings });
		expect(uploads).toEqual(['a.png image/png', 'b.pdf application/pdf']);
	});

	it.each(['_files.nothing', 'deep', '__proto__', 'constructor.name', '_files.__proto__'])(
		'%s is no file',
		async (value) => {
			const outcome = await testBed.send('chat-plain', binaryRow(value), {
				items: [item],
				settings,
			});
			expect(outcome.error?.message).toContain(`The item has no binary field '${value}'`);
			expect(outcome.error?.description).toContain("'data', 'other'");
		},
	);
});

describe('send: incomplete binary data', () => {
	it.each<[string, IDataObject, string, string]>([
		['no MIME type', { data: PNG.data, fileName: 'a.png' }, 'a.png image/png', 'image'],
		['an empty name', { ...PNG, fileName: '' }, 'data.png image/png', 'image'],
		['a blank name', { ...PNG, fileName: ' ' }, 'data.png image/png', 'image'],
		['no name', { data: PNG.data, mimeType: 'image/png' }, 'data.png image/png', 'image'],
		[
			'only an extension',
			{ data: PDF.data, fileExtension: 'pdf' },
			'data.pdf application/pdf',
			'document',
		],
		['a MIME type that is no text', { ...PNG, mimeType: 7 }, 'a.png image/png', 'image'],
	])('with %s, the rest is detected', async (_, data, upload, type) => {
		const binary = { data } as unknown as IBinaryKeyData;
		expect(await sendFiles(binaryRow('data'), { json: {}, binary })).toEqual({
			uploads: [upload],
			types: [type],
		});
	});

	it('is transcribed by its name', async () => {
		const data = { data: base64('x'), fileName: 'a.mp3' };
		const items = [{ json: {}, binary: { data } as unknown as IBinaryKeyData }];
		const parameters = { binaryPropertyName: 'data' };
		await testBed.run(
			{ app: 'chat-plain', resource: 'audio', operation: 'transcribe', parameters },
			{ items },
		);
		expect(testBed.findRequests('POST', '/v1/audio-to-text').at(-1)?.body).toMatchObject({
			files: [{ filename: 'a.mp3', mimeType: 'audio/mp3' }],
		});
	});
});

describe('send: a number of attachments that varies', () => {
	const items: INodeExecutionData[] = [
		{ json: {} },
		{ json: {}, binary: { one: PNG } },
		{ json: {}, binary: { one: PNG, two: PDF } },
	];
	const counts = async (parameters: INodeParameters): Promise<number[]> => {
		const sent = [];
		for (const item of items) sent.push((await sendFiles(parameters, item)).types.length);
		return sent;
	};

	it('is sent by names separated with commas', async () => {
		const names = "={{ Object.keys($binary ?? {}).join(',') }}";
		expect(await counts(binaryRow(names))).toEqual([0, 1, 2]);
	});

	it('is sent by "All Binary Fields"', async () => {
		const file = [{ source: 'allBinary', type: 'auto' }];
		expect(await counts({ files: { file } })).toEqual([0, 1, 2]);
	});

	it('is sent by {{ $binary }}', async () => {
		expect(await counts(binaryRow('={{ $binary }}'))).toEqual([0, 1, 2]);
	});

	it.each([
		['binary', 'binaryPropertyName', 'Source Binary Field'],
		['url', 'url', 'Source URL'],
		['uploadId', 'uploadFileId', 'Source Upload ID'],
	])('does not mean that a fixed %s may be empty', async (source, field, label) => {
		const error = await failedSend(row(source, field, '', 'image'), { json: {} });
		expect(error?.message).toContain(`'${label}' of file 1 is empty`);
	});
});

describe('send: names of files that every object has', () => {
	it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
		'%s is no binary field',
		async (name) => {
			const item = { json: {}, binary: { data: PNG } };
			const error = await failedSend(binaryRow(name), item);
			expect(error?.message).toContain(`The item has no binary field '${name}'`);
			const inputs = { inputsMode: 'json', inputsJson: JSON.stringify({ doc: name }) };
			getItem(await testBed.send('chat-plain', inputs, { items: [item] }));
		},
	);

	it('a file whose name is such a word is uploaded', async () => {
		const data = { ...PNG, fileName: 'constructor' };
		const sent = await sendFiles(binaryRow('data'), { json: {}, binary: { data } });
		expect(sent.uploads).toEqual(['constructor image/png']);
	});

	it.each(['__proto__', 'constructor', 'prototype'])('%s is no output field', async (field) => {
		const parameters = { text: 'hello', binaryPropertyName: field };
		const { error } = await testBed.run({
			app: 'chat-plain',
			resource: 'audio',
			operation: 'generateSpeech',
			parameters,
		});
		expect(error?.message).toContain(`'Put Output File in Field' cannot be '${field}'`);
	});
});

describe('send: URLs and upload ids', () => {
	const urls = async (value: unknown): Promise<unknown[]> => {
		const parameters = row('url', 'url', '={{ $json.value }}', 'image');
		const items = [{ json: { value: value as never } }];
		getItem(await testBed.send('chat-plain', parameters, { items }));
		const { body } = testBed.findRequests('POST', '/v1/chat-messages').at(-1) ?? {};
		return ((body as { files?: Array<{ url: string }> }).files ?? []).map(({ url }) => url);
	};
	const A = 'https://example.com/a.png';
	const B = 'https://example.com/b.png';
	const COMMAS = 'https://example.com/w_100,h_100/a.png?x=1, 2';

	it.each<[unknown, string[]]>([
		[A, [A]],
		[
			[A, B],
			[A, B],
		],
		[JSON.stringify([A, B]), [A, B]],
		[`${A}, ${B}`, [A, B]],
		[COMMAS, [COMMAS]],
		[`${COMMAS},${A}`, [COMMAS, A]],
		[[], []],
		[[null, A, ''], [A]],
		[undefined, []],
	])('%j is the list %j', async (value, expected) => {
		expect(await urls(value)).toEqual(expected);
	});

	it.each([5, 'example', 'C:\\a.png', 'data:image/png;base64,eA=='])(
		'%j is no URL',
		async (value) => {
			const item = { json: { value } };
			const error = await failedSend(row('url', 'url', '={{ $json.value }}', 'image'), item);
			expect(error?.message).toContain(' is not a URL');
			expect(error?.description).toContain("'Source URL' of file 1");
		},
	);

	it('a URL with commas in a list of files is one file', async () => {
		const inputsJson = JSON.stringify({
			name: 'n',
			colour: 'red',
			doc: A,
			docs: `${COMMAS}, ${B}`,
		});
		getItem(await testBed.send('flow-vars', { inputsMode: 'json', inputsJson }));
		expect(testBed.findRequests('POST', '/v1/chat-messages').at(-1)?.body).toMatchObject({
			inputs: { docs: [{ url: COMMAS }, { url: B }] },
		});
	});

	it('a long text with many commas is read in linear time', async () => {
		const startedAt = performance.now();
		const text = `https://example.com/${'a,'.repeat(500_000)}`;
		const inputs = { inputsMode: 'json', inputsJson: JSON.stringify({ note: text }) };
		getItem(await testBed.send('chat-plain', inputs));
		expect(performance.now() - startedAt).toBeLessThan(15_000);
	});
});

it.each([{}, { id: '' }, { id: null }, { id: 7 }, { id: ['a'] }])(
	'send: an upload response of %j, which has no id, is named and nothing is sent',
	async (response) => {
		const routes: Routes = {
			'POST /v1/files/upload': (reply) => writeJson(reply, response, 201),
		};
		await withServer(routes, async ({ run, send, requests }) => {
			const job = { items: [{ json: {}, binary: { data: PNG } }] };
			const sent = await send(binaryRow('data'), job);
			const uploaded = await run({ resource: 'file', operation: 'upload' }, job);
			for (const { error } of [sent, uploaded]) {
				expect(error?.message).toContain('Dify returned no ID for the file');
				expect(error?.message).toContain("'a.png'");
			}
			expect(requests).toEqual(['POST /v1/files/upload', 'POST /v1/files/upload']);
		});
	},
);
