import { compareReport } from '../compare/compareReport';
import { readJsonReport } from '../reports/json';
import { supportsColor } from '../reports/terminalText';
import { UsageError } from '../usageError';
import { parseFlags } from './flags';

export const COMPARE_HELP = `dify-bench compare A.json B.json

Shows two results of dify-bench run --json side by side. Differences in their setup come
first, because results with a different setup cannot be compared.
`;

type ComparedRun = Parameters<typeof compareReport>[0];

/** Runs `dify-bench compare`. Returns 0 even if the results differ. */
export async function compareCommand(args: readonly string[]): Promise<number> {
	const { positionals } = parseFlags(args, { help: { help: 'show this help' } });
	const [a, b, ...rest] = positionals;
	if (a === undefined || b === undefined || rest.length > 0) {
		throw new UsageError('compare needs two result files: dify-bench compare A.json B.json');
	}
	const toRun = (name: string): ComparedRun => ({ name, result: readJsonReport(name) });
	process.stdout.write(compareReport(toRun(a), toRun(b), supportsColor(process.stdout)));
	return 0;
}
