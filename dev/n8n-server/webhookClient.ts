/** A line of the stream that n8n sends to the caller of a streaming webhook. */
export interface StreamedLine {
	type: 'begin' | 'item' | 'end' | 'error';
	content?: string;
	metadata: { nodeName: string; itemIndex: number };
	/** When the line arrived, on the clock of `performance.now()`. */
	atMs: number;
}

/** Posts JSON to a streaming webhook and reads the stream to its end. */
export async function postForStream(
	url: string,
	body: unknown,
	signal?: AbortSignal,
): Promise<StreamedLine[]> {
	const response = await postJson(url, body, signal);
	const lines: StreamedLine[] = [];
	const decoder = new TextDecoder();
	let incompleteLine = '';
	for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
		const parts = (incompleteLine + decoder.decode(chunk, { stream: true })).split('\n');
		incompleteLine = parts.pop() ?? '';
		const atMs = performance.now();
		for (const line of parts) lines.push({ ...(JSON.parse(line) as StreamedLine), atMs });
	}
	return lines;
}

export async function postJson(
	url: string,
	body: unknown,
	signal?: AbortSignal,
): Promise<Response> {
	return await fetch(url, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
		signal,
	});
}

/** Returns the text that the caller received. */
export function joinText(lines: StreamedLine[]): string {
	return lines.map(({ type, content }) => (type === 'item' ? content : '')).join('');
}
