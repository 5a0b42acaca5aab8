import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'cyan' | 'red' | 'green';

/** Coloured on a terminal, plain in a pipe or with NO_COLOR (no-color.org). */
export function paint(
	style: Style,
	text: string,
	stream: NodeJS.WriteStream = process.stdout,
): string {
	const isPlain = !stream.isTTY || (process.env.NO_COLOR ?? '') !== '';
	return isPlain ? text : styleText(style, text);
}

/** Says what is being done, does it, and says how long it took. */
export async function step<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
	const startedAt = performance.now();
	process.stdout.write(paint('dim', `${what} … `));
	const result = await work();
	const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
	process.stdout.write(paint('dim', `${seconds} s\n`));
	return result;
}
