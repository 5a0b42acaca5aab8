import { buildPackage } from '../build';
import { paint, printHelp, runScript, runStep } from '../terminal';
import { DEMANDS, PERSONAL_STEPS } from './checklist';
import { loadCommunityPackage } from './package';
import { checkUnpublishedRules, RULES_WITHOUT_CHECK, UNPUBLISHED_RULES } from './unpublishedRules';

const HELP = `Prints what n8n's verification guidelines demand, whether it is met, and what a person must still do.
Fails if a demand is not met.

  npm run verify`;

async function main(args: string[]): Promise<void> {
	if (printHelp(args, HELP)) return;
	await runStep('Building the package', buildPackage);
	const communityPackage = loadCommunityPackage();
	const { name, version } = communityPackage.manifest;
	console.log(`\n${paint('bold', `${name} ${version}: n8n's verification guidelines`)}\n`);
	let unmet = 0;
	for (const { demand, check } of DEMANDS) {
		const problems = await check(communityPackage);
		if (problems.length > 0) unmet++;
		console.log(
			problems.length === 0 ? paint('green', `✓ ${demand}`) : paint('red', `✗ ${demand}`),
		);
		for (const problem of problems) console.log(`    ${problem}`);
	}
	const accepted = checkUnpublishedRules(communityPackage).filter(
		({ acceptedBecause }) => acceptedBecause !== undefined,
	);
	const count = UNPUBLISHED_RULES.length + Object.keys(RULES_WITHOUT_CHECK).length;
	console.log(`\nOf the ${count} unpublished rules of n8n, these do not hold everywhere:`);
	for (const [rule, reason] of Object.entries(RULES_WITHOUT_CHECK)) {
		console.log(`  ${rule}: ${reason}`);
	}
	for (const [rule, reasons] of groupByReason(accepted)) {
		for (const [reason, parameters] of reasons) {
			console.log(`  ${rule}: ${parameters.join(', ')}. ${reason}`);
		}
	}
	console.log(`\n${paint('bold', 'To be done by a person')}\n`);
	for (const step of PERSONAL_STEPS) console.log(`☐ ${step}`);
	if (unmet > 0) throw new Error(`\n${unmet} of ${DEMANDS.length} demands are not met.`);
}

type Accepted = ReturnType<typeof checkUnpublishedRules>;

/** Returns the parameters by rule and reason. */
function groupByReason(findings: Accepted): Map<string, Map<string, string[]>> {
	const rules = new Map<string, Map<string, string[]>>();
	for (const { rule, where, acceptedBecause = '' } of findings) {
		const reasons = rules.get(rule) ?? new Map<string, string[]>();
		reasons.set(acceptedBecause, [...(reasons.get(acceptedBecause) ?? []), where]);
		rules.set(rule, reasons);
	}
	return rules;
}

runScript(main);
