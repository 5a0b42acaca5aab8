/**
 * The audio formats that POST /audio-to-text accepts. Dify compares the MIME type literally: it
 * accepts `audio/mp3` and rejects `audio/mpeg` (docs/dify-api.md#endpoints).
 */
const ACCEPTED_FORMATS = new Set(['mp3', 'm4a', 'wav', 'amr', 'mpga']);

/** Other names that browsers, operating systems and n8n use for the same formats. */
const FORMAT_ALIASES: Readonly<Record<string, string>> = {
	mpeg: 'mp3',
	mpeg3: 'mp3',
	'x-mp3': 'mp3',
	'x-mpeg': 'mp3',
	mp4: 'm4a',
	'x-m4a': 'm4a',
	wave: 'wav',
	'x-wav': 'wav',
	'vnd.wave': 'wav',
	'x-pn-wav': 'wav',
	'x-amr': 'amr',
};

/**
 * Returns Dify's name for the MIME type of an audio file. If `mimeType` is not an audio type, the
 * extension of the name decides. A format that Dify does not accept keeps its own type, so that Dify
 * can reject it with its own message.
 */
export function toDifyAudioType(mimeType: string, name: string): string {
	const [type = ''] = mimeType.toLowerCase().split(';');
	const [family, format = ''] = type.trim().split('/');
	if (family === 'audio') return `audio/${FORMAT_ALIASES[format] ?? format}`;
	const [, extension = ''] = /\.(\w+)$/.exec(name.toLowerCase()) ?? [];
	return ACCEPTED_FORMATS.has(extension) ? `audio/${extension}` : mimeType;
}
