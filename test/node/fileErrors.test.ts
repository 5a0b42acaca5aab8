import type { IBinaryKeyData } from 'n8n-workflow';
import { ITEM_VALUE, testErrorCases, UNKNOWN_ID } from './errorCases';
import type { TestBed } from './testBed';
import { getItem, startTestBed } from './testBed';

/** Errors of the resource File: input that the node rejects, and files that Dify refuses. */

let testBed: TestBed;
let binary: IBinaryKeyData;
/** Ids of two files of `chat-plain`. Dify allows the download only of a file that a message has used. */
let usedFileId: string;
let unusedFileId: string;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20, version: '1.14' });
	const { engine } = testBed;
	binary = {
		photo: await engine.prepareBinary(Buffer.from('x'), 'photo.png', 'image/png'),
		big: await engine.prepareBinary(Buffer.alloc(11_000_000), 'big.png', 'image/png'),
		// The node checks the limit of a video (100 MB) because of the extension. The server checks
		// that of other types (15 MB) because of the MIME type.
		odd: await engine.prepareBinary(
			Buffer.alloc(16_000_000),
			'odd.mp4',
			'application/octet-stream',
		),
		slash: await engine.prepareBinary(Buffer.from('x'), 'a/b.png', 'image/png'),
	};
	const items = [{ json: {}, binary }];
	const uploadPhoto = async (): Promise<string> => {
		const parameters = { binaryPropertyName: 'photo' };
		const { id } = getItem(
			await testBed.run(
				{ app: 'chat-plain', resource: 'file', operation: 'upload', parameters },
				{ items },
			),
		);
		return String(id);
	};
	[usedFileId, unusedFileId] = [await uploadPhoto(), await uploadPhoto()];
	const file = [{ source: 'uploadId', uploadFileId: usedFileId, type: 'image' }];
	getItem(await testBed.send('chat-plain', { files: { file } }));
});

afterAll(async () => {
	await testBed.dify.close();
});

const upload = {
	operation: 'upload',
	parameters: { binaryPropertyName: ITEM_VALUE },
	getValid: () => 'photo',
	getBinary: () => binary,
};
const download = {
	operation: 'download',
	parameters: { fileId: ITEM_VALUE },
	getValid: () => usedFileId,
};
testErrorCases(() => testBed, 'file', [
	{
		...upload,
		name: 'rejects a binary field that the item does not have',
		invalid: 'data',
		message: "The item has no binary field 'data'",
		advice: "'photo', 'big'",
	},
	{
		...upload,
		name: 'rejects an empty binary field name',
		invalid: ' ',
		message: "'Input Binary Field' is empty",
		advice: 'Enter a value',
	},
	...(['upload', 'download'] as const).map((operation) => ({
		operation,
		name: 'rejects an empty user',
		parameters: { user: ITEM_VALUE, fileId: UNKNOWN_ID },
		invalid: '',
		message: "'User' is empty",
		advice: 'It can be any text',
	})),
	{
		...upload,
		name: "rejects a file above the app's size limit",
		invalid: 'big',
		message:
			"'big.png' from the binary field 'big' is too large: it has 10.5 MB, and Dify allows 10 MB",
		advice: 'UPLOAD_IMAGE_FILE_SIZE_LIMIT',
	},
	{
		...upload,
		name: 'explains an error of Dify without a message for a file that is too large',
		invalid: 'odd',
		message:
			"Uploading 'odd.mp4' from the binary field 'odd': The file is larger than Dify accepts",
		advice: 'Send a smaller file',
		code: 'file_too_large',
		status: 413,
	},
	{
		...upload,
		name: 'reports a file name with a slash',
		invalid: 'slash',
		message:
			"Uploading 'a/b.png' from the binary field 'slash': Filename contains invalid characters",
		advice: 'Rename the file',
		code: 'invalid_param',
		status: 400,
	},
	{
		...download,
		name: 'rejects an empty file id',
		invalid: '',
		message: "'File ID' is empty",
		advice: 'the ID that the upload returned',
	},
	{
		...download,
		name: 'rejects a file id that is not a UUID',
		invalid: 'pic.png',
		message: "'File ID' is not a valid ID (UUID)",
		advice: 'the ID that the upload returned',
	},
	...[
		['reports an unknown file', (): unknown => UNKNOWN_ID] as const,
		['reports a file that no message has used', (): unknown => unusedFileId] as const,
	].map(([name, invalid]) => ({
		...download,
		name,
		invalid,
		message: 'File not found in message context',
		advice: 'Send the file with a message first',
		code: 'file_not_found',
		status: 404,
	})),
	{
		...download,
		app: 'chat-vars',
		name: 'reports a file of another app',
		getValid: undefined,
		invalid: () => usedFileId,
		message: 'Access to the requested file is denied.',
		advice: 'the API key of that app',
		code: 'file_access_denied',
		status: 403,
	},
	{
		...download,
		name: 'rejects an empty output field name',
		parameters: { fileId: UNKNOWN_ID, binaryPropertyName: ITEM_VALUE },
		getValid: undefined,
		invalid: '',
		message: "'Put Output File in Field' is empty",
		advice: 'Enter a value',
	},
]);
