import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { toText, UUID } from '../actions/read';
import { parseFormActions } from '../../../protocol/humanInputForm';
import { ask } from '../transport/ask';
import { Connection } from '../transport/connection';
import { refuse } from '../transport/errors';
import type { Page } from '../transport/pages';
import { readForm } from './form';

const PAGE_SIZE = 100;

/** As many conversations as the list of messages looks into at a time, a request for each. */
const CONVERSATIONS_AT_A_TIME = 10;
/** As many messages of each. */
const MESSAGES_EACH = 20;
/** As many characters of a question or a value as a list shows. */
const SHOWN_LENGTH = 80;

interface Conversation {
	id: string;
	name: string;
}

interface Variable {
	id: string;
	name: string;
	value_type: string;
	value: string;
}

interface Message {
	id: string;
	query: string;
}

/**
 * The conversations of the node's 'User', newest first, a page at a time. Dify has no search by name,
 * so a filter looks through the pages as n8n asks for them.
 */
export async function searchConversations(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const connection = await Connection.open(this);
	const page = await readConversations(this, connection, PAGE_SIZE, paginationToken);
	return {
		results: matching(page.data.map(toItem), filter),
		paginationToken: nextOf(page),
	};
}

/**
 * The latest messages of the 'User', newest first within a conversation, some conversations at a time:
 * Dify lists messages by conversation alone.
 */
export async function searchMessages(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const connection = await Connection.open(this);
	const page = await readConversations(this, connection, CONVERSATIONS_AT_A_TIME, paginationToken);
	const lists = await Promise.all(
		page.data.map(async (conversation) => {
			const { name } = toItem(conversation);
			const qs = { user: userOf(this), conversation_id: conversation.id, limit: MESSAGES_EACH };
			const { data } = await readPage<Message>(this, connection, '/messages', qs);
			return data
				.reverse()
				.map(({ id, query }) => ({ name: `${name} › ${shown(query)}`, value: id }));
		}),
	);
	return { results: matching(lists.flat(), filter), paginationToken: nextOf(page) };
}

/** The buttons of the form, which can be read where its token is a fixed value. */
export async function searchFormActions(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const actions = parseFormActions(await readForm(this));
	const items = actions.map(({ id: value, title: name }) => ({ name, value }));
	return { results: matching(items, filter) };
}

/** The variables of the chosen 'Conversation', with their types and values. */
export async function searchVariables(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const id = toText(this.getCurrentNodeParameter('conversationId', { extractValue: true }));
	if (!UUID.test(id)) {
		refuse(this, "'Conversation' is not chosen yet", 'Choose it first: variables are its own.', 0);
	}
	const connection = await Connection.open(this);
	const path = `/conversations/${id}/variables`;
	const qs = { user: userOf(this), limit: PAGE_SIZE };
	const { data } = await readPage<Variable>(this, connection, path, qs);
	const items = data.map(({ id: value, name, value_type, value: text }) => ({
		name: `${name} (${value_type}): ${shown(toText(text))}`,
		value,
	}));
	return { results: matching(items, filter) };
}

async function readConversations(
	context: ILoadOptionsFunctions,
	connection: Connection,
	limit: number,
	last_id: string | undefined,
): Promise<Page<Conversation>> {
	const qs = { user: userOf(context), limit, ...(last_id !== undefined && { last_id }) };
	return await readPage<Conversation>(context, connection, '/conversations', qs);
}

async function readPage<Row>(
	context: ILoadOptionsFunctions,
	connection: Connection,
	path: string,
	qs: IDataObject,
): Promise<Page<Row>> {
	const page = await ask(context, connection, 0, { method: 'GET', path, qs });
	return page as unknown as Page<Row>;
}

function userOf(context: ILoadOptionsFunctions): string {
	return toText(context.getCurrentNodeParameter('user'));
}

function nextOf({ data, has_more }: Page<Conversation>): string | undefined {
	return has_more ? data.at(-1)?.id : undefined;
}

function toItem({ id, name }: Conversation): INodeListSearchItems {
	return { name: name === '' ? id : name, value: id };
}

function matching(items: INodeListSearchItems[], filter = ''): INodeListSearchItems[] {
	const wanted = filter.toLowerCase();
	return items.filter(({ name }) => name.toLowerCase().includes(wanted));
}

function shown(text: string): string {
	const line = text.replace(/\s+/g, ' ').trim();
	return line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH)}…` : line;
}
