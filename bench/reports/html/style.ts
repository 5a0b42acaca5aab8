/** The style of the page. It supports light and dark color schemes, and narrow screens. */
export const STYLE = `
:root {
	color-scheme: light dark;
	--page: #f8fafc; --card: #ffffff; --text: #0f172a; --dim: #57647a; --line: #e2e8f0;
	--blue: #2563eb; --amber: #b45309; --red: #dc2626; --green: #15803d;
	--fill: #2563eb40; --pale: #2563eb26;
}
@media (prefers-color-scheme: dark) {
	:root {
		--page: #0b1120; --card: #131c2e; --text: #e2e8f0; --dim: #94a3b8; --line: #26334a;
		--blue: #60a5fa; --amber: #fbbf24; --red: #f87171; --green: #4ade80;
		--fill: #60a5fa40; --pale: #60a5fa26;
	}
}
* { box-sizing: border-box; }
body {
	margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 72rem;
	background: var(--page); color: var(--text);
	font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 0 0 .6rem; font-size: 1rem; }
p { margin: .4rem 0; }
section, .card {
	margin-top: 1rem; padding: 1rem; min-width: 0;
	background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
}
.badge { padding: .1rem .6rem; border-radius: 1rem; border: 2px solid; font-size: 1rem; vertical-align: middle; }
.good { color: var(--green); } .warn { color: var(--amber); } .bad { color: var(--red); }
.warning { border: 2px solid var(--red); color: var(--red); font-weight: 600; }
.note, small { color: var(--dim); font-size: .8rem; }
small { display: block; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--dim); } dd { margin: 0; }
.scroll { overflow-x: auto; }
.scroll table { border-collapse: collapse; }
.scroll :is(th, td) {
	padding: .25rem 1rem .25rem 0; text-align: left; vertical-align: top; white-space: nowrap;
	border-bottom: 1px solid var(--line);
}
.scroll th { color: var(--dim); font-weight: 500; }
.scroll tr:last-child td { border-bottom: 0; }
.scroll td.left:last-child { min-width: 14rem; white-space: normal; overflow-wrap: break-word; }
.scroll .right { text-align: right; }
.charts { margin-top: 1rem; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(28rem, 100%), 1fr)); gap: 1rem; }
.charts section { margin: 0; }
.u-legend { font-size: 12px; color: var(--text); }
.waterfall { margin: 0; padding: 0; list-style: none; font-size: .8rem; }
.waterfall li { display: grid; grid-template-columns: minmax(5rem, 11rem) 1fr 5rem; gap: .75rem; align-items: center; }
.bars { position: relative; height: .8rem; }
.bars i { position: absolute; top: 0; bottom: 0; }
.waiting { background: var(--pale); } .received { background: var(--blue); min-width: 2px; }
.time { text-align: right; color: var(--dim); }
.event { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
`;
