/** The page's only style: system fonts, light and dark by the reader's setting, one column when printed. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2024; --dim: #5c6670; --paper: #ffffff; --line: #d9dee3; --shade: #f4f6f8; --heat: 0 114 178; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --dim: #a3adb8; --paper: #15181b; --line: #343b42; --shade: #1e2327; --heat: 86 180 233; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.5rem 4rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
svg text.mark { font-size: 11.5px; }
p { margin: .4rem 0; } .note, header p, caption { color: var(--dim); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { font-weight: 600; white-space: normal; } th:first-child { text-align: left; } caption { text-align: left; padding-bottom: .4rem; }
.scroll { overflow-x: auto; }
.matrix { width: auto; font-size: 13px; } .matrix th, .matrix td { padding: .25rem .5rem; } .cell { background: rgb(var(--heat) / calc(var(--share) * .55)); }
svg { display: block; width: 100%; max-width: 44rem; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .tick, svg .label { fill: var(--dim); }
.grid { stroke: var(--line); } .axis { stroke: var(--dim); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; } .legend i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; }
.bars { display: grid; gap: .35rem; max-width: 44rem; } .bar { display: grid; grid-template-columns: 8rem 1fr; align-items: center; }
.track { position: relative; height: 1.1rem; background: var(--shade); } .track i { position: absolute; inset: 0 auto 0 0; opacity: .85; }
.measure { display: grid; grid-template-columns: 1fr 3.5rem; gap: .4rem; } .measure b { font: 600 11px/1.1rem system-ui, sans-serif; }
ul { padding-left: 1.2rem; } li { margin: .25rem 0; }
@media print { body { max-width: none; } section { break-inside: avoid; } }
`
