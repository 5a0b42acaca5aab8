import { accuracy, engines } from './accuracy';
import { coordinatedOmission } from './coordinatedOmission';
import type { Validation } from './validation';
import { isConfirmed } from './validation';
import { events, requests, soak } from './volume';

/**
 * `npm run prove -- [name…]` checks the claims of the README on this machine. Without names, it runs all
 * validations except the soak. The machine must be idle, because other programs distort the times.
 */
const VALIDATIONS: readonly Validation[] = [
	accuracy,
	engines,
	coordinatedOmission,
	events,
	requests,
	soak,
];

async function main(names: readonly string[]): Promise<number> {
	const unknown = names.find((name) => !VALIDATIONS.some((validation) => validation.name === name));
	if (unknown !== undefined) {
		const known = VALIDATIONS.map(({ name }) => name).join(', ');
		process.stderr.write(`Unknown validation '${unknown}'. The validations are ${known}\n`);
		return 2;
	}
	let refuted = 0;
	for (const validation of VALIDATIONS) {
		const isSelected = names.length === 0 ? validation !== soak : names.includes(validation.name);
		if (!isSelected) continue;
		process.stdout.write(`${validation.name} (${validation.duration})\n`);
		const results = await validation.run((text) => process.stdout.write(`  ${text}\n`));
		for (const result of results) {
			const { claim, measured, limit, relation = '<=', unit = '' } = result;
			const status = isConfirmed(result) ? 'PASS' : 'FAIL';
			if (!isConfirmed(result)) refuted++;
			process.stdout.write(
				`  ${status} ${claim}: ${Number(measured.toPrecision(4))}${unit} (${relation} ${limit}${unit})\n`,
			);
		}
	}
	return refuted === 0 ? 0 : 1;
}

void main(process.argv.slice(2)).then((code) => {
	process.exitCode = code;
});
