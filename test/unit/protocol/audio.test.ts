import { toDifyAudioType } from '../../../protocol/audio';

it.each([
	['audio/mpeg', 'a.mp3', 'audio/mp3'],
	['audio/mp3', 'a', 'audio/mp3'],
	['Audio/MPEG', '', 'audio/mp3'],
	['audio/mpga', 'a.mp3', 'audio/mpga'],
	['audio/mp4', 'a.m4a', 'audio/m4a'],
	['audio/x-m4a', 'a', 'audio/m4a'],
	['audio/x-wav', 'a.wav', 'audio/wav'],
	['audio/wave; codecs=1', 'a', 'audio/wav'],
	['audio/amr', 'a', 'audio/amr'],
	['application/octet-stream', 'A.MP3', 'audio/mp3'],
	['', 'a.wav', 'audio/wav'],
	['audio/webm', 'a.mp3', 'audio/webm'],
	['audio/ogg; codecs=opus', 'a.ogg', 'audio/ogg'],
	['text/plain', 'a.txt', 'text/plain'],
	['video/mp4', 'clip', 'video/mp4'],
])('audio type: %j with the name %j is %j for Dify', (mimeType, name, expected) => {
	expect(toDifyAudioType(mimeType, name)).toBe(expected);
});
