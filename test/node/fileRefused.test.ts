import type { IBinaryKeyData } from 'n8n-workflow';
import type { World } from './harness';
import { itemOf, openWorld } from './harness';
import { itRefuses, UNKNOWN, VALUE } from './refusals';

/** What is refused of files up and down, by the node or by Dify. */

let world: World;
let binary: IBinaryKeyData;
/** Of a file that was used in a message of `chat-plain`, and of one that was not used. */
let used: string;
let unused: string;

beforeAll(async () => {
	world = await openWorld({ lingerMs: 20, version: '1.14' });
	const { engine } = world;
	binary = {
		photo: await engine.prepareBinary(Buffer.from('x'), 'photo.png', 'image/png'),
		big: await engine.prepareBinary(Buffer.alloc(11_000_000), 'big.png', 'image/png'),
		// The node takes it for a video, of which Dify takes more.
		odd: await engine.prepareBinary(
			Buffer.alloc(16_000_000),
			'odd.mp4',
			'application/octet-stream',
		),
		slash: await engine.prepareBinary(Buffer.from('x'), 'a/b.png', 'image/png'),
	};
	const items = [{ json: {}, binary }];
	const upload = async (): Promise<string> => {
		const parameters = { binaryPropertyName: 'photo' };
		const { id } = itemOf(await world.run('chat-plain', 'file', 'upload', parameters, { items }));
		return String(id);
	};
	[used, unused] = [await upload(), await upload()];
	const file = [{ source: 'uploadId', uploadFileId: used, type: 'image' }];
	itemOf(await world.send('chat-plain', { files: { file } }));
});

afterAll(async () => {
	await world.dify.close();
});

const upload = {
	operation: 'upload',
	parameters: { binaryPropertyName: VALUE },
	good: () => 'photo',
	binary: () => binary,
};
const download = {
	operation: 'download',
	parameters: { fileId: VALUE },
	good: () => used,
};
itRefuses(() => world, 'file', [
	{
		...upload,
		name: 'a binary field that the item does not have',
		bad: 'data',
		message: "The item has no binary field 'data'",
		advice: "'photo', 'big'",
	},
	{
		...upload,
		name: 'an empty binary field',
		bad: ' ',
		message: "'Input Binary Field' is empty",
		advice: 'Enter a value',
	},
	...(['upload', 'download'] as const).map((operation) => ({
		operation,
		name: 'no user',
		parameters: { user: VALUE, fileId: UNKNOWN },
		bad: '',
		message: "'User' is empty",
		advice: 'It can be any text',
	})),
	{
		...upload,
		name: "a file over the app's limit",
		bad: 'big',
		message:
			"'big.png' from the binary field 'big' is too large: it has 10.5 MB, and Dify allows 10 MB",
		advice: 'UPLOAD_IMAGE_FILE_SIZE_LIMIT',
	},
	{
		...upload,
		name: 'a file that only Dify finds too large, with an empty message',
		bad: 'odd',
		message:
			"Uploading 'odd.mp4' from the binary field 'odd': The file is larger than Dify accepts",
		advice: 'Send a smaller file',
		code: 'file_too_large',
		status: 413,
	},
	{
		...upload,
		name: 'a name with a slash',
		bad: 'slash',
		message:
			"Uploading 'a/b.png' from the binary field 'slash': Filename contains invalid characters",
		advice: 'Rename the file',
		code: 'invalid_param',
		status: 400,
	},
	{
		...download,
		name: 'no file',
		bad: '',
		message: "'File ID' is empty",
		advice: 'the id that the upload returned',
	},
	{
		...download,
		name: 'a file id that is none',
		bad: 'pic.png',
		message: "'File ID' is not a valid ID (UUID)",
		advice: 'the id that the upload returned',
	},
	...[
		['an unknown file', (): unknown => UNKNOWN] as const,
		['a file that no message has used', (): unknown => unused] as const,
	].map(([name, bad]) => ({
		...download,
		name,
		bad,
		message: 'File not found in message context',
		advice: 'Send the file with a message first',
		code: 'file_not_found',
		status: 404,
	})),
	{
		...download,
		app: 'chat-vars',
		name: "another app's file",
		good: undefined,
		bad: () => used,
		message: 'Access to the requested file is denied.',
		advice: 'the API key of that app',
		code: 'file_access_denied',
		status: 403,
	},
	{
		...download,
		name: 'no field to put it in',
		parameters: { fileId: UNKNOWN, binaryPropertyName: VALUE },
		good: undefined,
		bad: '',
		message: "'Put Output File in Field' is empty",
		advice: 'Enter a value',
	},
]);
