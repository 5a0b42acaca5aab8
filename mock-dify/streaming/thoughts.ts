import { randomUUID } from 'node:crypto';
import type { Play } from './play';
import type { EventObject, Stage } from './stage';

export type Thought = EventObject & { id: string };

/** An agent's steps: those of the script, or a placeholder for its answer; none of other apps. */
export function thoughtsOf({ app, run }: Play): Thought[] {
	if (app.mode !== 'agent-chat') return [];
	const { thoughts = [{}] } = run.script ?? {};
	return thoughts.map((thought, index) => ({
		id: randomUUID(),
		position: index + 1,
		thought: '',
		observation: '',
		tool: '',
		tool_labels: {},
		tool_input: '',
		message_files: [],
		...thought,
	}));
}

/** The last step once more, with what came of it: Dify sends a thought again as it grows. */
export async function playLastThought(
	stage: Stage,
	thoughts: Thought[],
	answer: string,
): Promise<void> {
	const last = thoughts.at(-1);
	if (last === undefined) return;
	await stage.say({ event: 'agent_thought', ...last, thought: answer });
	const { message } = stage.play;
	message.agent_thoughts = thoughts.map(({ message_files: files, ...thought }) => ({
		...thought,
		...(thought.id === last.id && { thought: answer }),
		chain_id: null,
		message_id: message.id,
		created_at: message.created_at,
		files,
	}));
}
