import { escapeMarkup as escape } from '../escape';
import type { Cell, Table } from '../tables';

/** A section with the table, which scrolls by itself where the page is narrower; '' without rows. */
export function htmlTable({ title, columns, rows, notes }: Table): string {
	if (rows.length === 0) return '';
	const cell = ({ text, detail, tone = 'plain' }: Cell, index: number): string => {
		const small = detail === undefined ? '' : `<small>${escape(detail)}</small>`;
		return `<td class="${columns[index]?.align ?? 'left'} ${tone}">${escape(text)}${small}</td>`;
	};
	const head = columns.map(
		({ title: column, align }) => `<th class="${align}">${escape(column)}</th>`,
	);
	return `<section>
<h2>${escape(title)}</h2>
<div class="scroll"><table>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}
</tbody>
</table></div>
${notes.map((note) => `<p class="note">${escape(note)}</p>`).join('\n')}
</section>`;
}
