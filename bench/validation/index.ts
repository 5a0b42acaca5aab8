import { accuracy } from './accuracy';
import { engines } from './engines';
import { omission } from './coordinatedOmission';
import type { Proof } from './validation';
import { holds } from './validation';
import { events, requests, soak } from './volume';

/**
 * `npm run prove -- [name…]`: measures what the README claims, again, on this machine. Without names
 * all but the soak. Quiet machines only: two cores that others use tell of them, not of the bench.
 */
const PROOFS: readonly Proof[] = [accuracy, engines, omission, events, requests, soak];

async function main(names: readonly string[]): Promise<number> {
	const unknown = names.find((name) => !PROOFS.some((proof) => proof.name === name));
	if (unknown !== undefined) {
		process.stderr.write(`'${unknown}' is none of ${PROOFS.map(({ name }) => name).join(', ')}\n`);
		return 2;
	}
	let broken = 0;
	for (const proof of PROOFS) {
		if (names.length === 0 ? proof === soak : !names.includes(proof.name)) continue;
		process.stdout.write(`${proof.name} (${proof.takes})\n`);
		const findings = await proof.run((text) => process.stdout.write(`  ${text}\n`));
		for (const finding of findings) {
			const { claim, measured, limit, relation = '<=', unit = '' } = finding;
			const isKept = holds(finding);
			if (!isKept) broken++;
			process.stdout.write(
				`  ${isKept ? 'holds ' : 'BROKEN'} ${claim}: ${Number(measured.toPrecision(4))}${unit} (${relation} ${limit}${unit})\n`,
			);
		}
	}
	return broken === 0 ? 0 : 1;
}

void main(process.argv.slice(2)).then((code) => {
	process.exitCode = code;
});
