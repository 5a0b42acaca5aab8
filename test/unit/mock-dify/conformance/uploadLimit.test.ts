import { FormData, request } from 'undici';
import { startMockDify } from '../../../../mock-dify';
import { bodyOf, recording, VERSIONS } from '../../../fixtures/recordings';
import { DIFY_VERSION_OF } from './replaySession';

/** Files above Dify's size limits. The recordings contain their sizes but not their content. */

const MB = 1024 * 1024;
const NAMES = [
	['g11_upload_png_11mb_too_large', 'big.png', 'image/png', 11],
	['g12_upload_txt_16mb_too_large', 'big.txt', 'text/plain', 16],
] as const;

it.each(VERSIONS.flatMap((version) => NAMES.map((row) => [version, ...row] as const)))(
	'mock-dify as Dify %s, upload limit: rejects the file of %s like the recording',
	async (version, recorded, name, type, megabytes) => {
		const dify = await startMockDify({ version: DIFY_VERSION_OF[version] });
		const send = async (size: number): Promise<{ status: number; body: unknown }> => {
			const form = new FormData();
			form.set('file', new File([Buffer.alloc(size)], name, { type }));
			form.set('user', 'user-a');
			const { statusCode: status, body } = await request(`${dify.baseUrl}/files/upload`, {
				method: 'POST',
				headers: { authorization: `Bearer ${dify.key('chat-plain')}` },
				body: form,
			});
			return { status, body: await body.json() };
		};
		const rejected = await send(megabytes * MB);
		const accepted = await send((megabytes - 1) * MB);
		await dify.close();
		const body: unknown = JSON.parse(bodyOf(recording(version, recorded)).toString());
		expect(rejected).toEqual({ status: 413, body });
		expect(accepted.status).toBe(201);
	},
);
