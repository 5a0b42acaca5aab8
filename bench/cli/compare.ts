import { compareReport } from '../compare/compare';
import { readResult } from '../compare/read';
import { takesColour } from '../reports/terminalText';
import { UsageError } from '../usageError';
import { parse } from './flags';

export const COMPARE_HELP = `dify-bench compare A.json B.json

Two results of dify-bench run --json, side by side. What differs in their set-up, and so
forbids a verdict, is said first.
`;

/** @returns 0: it shows, and judges nothing */
export async function compareCommand(args: readonly string[]): Promise<number> {
	const { positionals } = parse(args, { help: { help: 'this' } });
	const [a, b, ...rest] = positionals;
	if (a === undefined || b === undefined || rest.length > 0) {
		throw new UsageError('compare takes two files: dify-bench compare A.json B.json');
	}
	const runs = [a, b].map((name) => ({ name, result: readResult(name) })) as [Run, Run];
	process.stdout.write(compareReport(...runs, takesColour(process.stdout)));
	return 0;
}

type Run = Parameters<typeof compareReport>[0];
