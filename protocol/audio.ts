/** The MIME types that POST /audio-to-text takes, letter by letter: `audio/mp3`, never `audio/mpeg` (contract, section 6). */
const TAKEN = new Set(['mp3', 'm4a', 'wav', 'amr', 'mpga']);

/** What else the same formats are called, by browsers, operating systems and n8n itself. */
const ALIASES: Readonly<Record<string, string>> = {
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
 * An audio's MIME type as Dify calls it, by the type it has or, where that says nothing, by the ending
 * of its name. What Dify has no name for keeps its own, for Dify to judge.
 */
export function toDifyAudioType(mimeType: string, name: string): string {
	const [type = ''] = mimeType.toLowerCase().split(';');
	const [family, format = ''] = type.trim().split('/');
	if (family === 'audio') return `audio/${ALIASES[format] ?? format}`;
	const [, extension = ''] = /\.(\w+)$/.exec(name.toLowerCase()) ?? [];
	return TAKEN.has(extension) ? `audio/${extension}` : mimeType;
}
