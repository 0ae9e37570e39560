// The style sheet of the report. Dark and light by the reader's own setting; no font, image or script from anywhere.

export const STYLE = `
:root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--text:#1c2330;--dim:#647083;--line:#e2e6ec;--accent:#3b6fd4;--good:#1e7f4f;--goodback:#e2f4ea;--bad:#b3261e;--badback:#fce8e6;--wait:#8a5a00;--waitback:#fff2d6;--undo:#7b5bc4;--pause:#d98613;--refused:#c9403a;--code:#eef1f5}
@media (prefers-color-scheme:dark){:root{--back:#12161d;--card:#1a202a;--text:#e3e8ef;--dim:#93a0b3;--line:#2b3442;--accent:#6b9bf2;--good:#6fd3a0;--goodback:#153526;--bad:#ff8f87;--badback:#3d1b1a;--wait:#f0c269;--waitback:#382a0e;--undo:#a68cf0;--pause:#f0a742;--refused:#ef706a;--code:#252d3a}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1040px;margin:0 auto;padding:32px 20px 64px}
header{margin-bottom:20px}
h1{font-size:26px;line-height:1.25;margin:8px 0 4px;letter-spacing:-.01em}
h2{font-size:18px;margin:0 0 12px}
h3{font-size:14px;margin:20px 0 8px}
p{margin:0 0 8px}
ul,ol{margin:0;padding-left:22px}
li{margin:3px 0;overflow-wrap:anywhere}
section,.facts{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:0 0 16px}
.dim{color:var(--dim);font-weight:400}
.pill{display:inline-block;font-size:13px;font-weight:600;border-radius:999px;padding:2px 12px}
.pill.good{color:var(--good);background:var(--goodback)}
.pill.bad{color:var(--bad);background:var(--badback)}
.pill.waiting{color:var(--wait);background:var(--waitback)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:14px 24px}
.facts dt{font-size:12px;color:var(--dim)}
.facts dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.facts .whole{grid-column:1/-1}
.problem{border-color:var(--bad)}
.problem pre{margin:0 0 12px;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.next{background:var(--code);border-radius:6px;padding:8px 12px;overflow-wrap:anywhere}
code{font:12.5px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--code);border-radius:4px;padding:1px 5px;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:5px 14px 5px 0;vertical-align:top}
thead th{font-size:12px;font-weight:500;color:var(--dim);border-bottom:1px solid var(--line)}
tbody tr+tr td,tbody tr+tr th{border-top:1px solid var(--line)}
tbody th{font-weight:500}
details{margin:4px 0}
summary{cursor:pointer;color:var(--accent)}
summary:hover{text-decoration:underline}
details[open] summary{margin-bottom:8px}
.timeline{table-layout:fixed}
.timeline th:first-child{width:265px}
.timeline th,.timeline td{vertical-align:middle;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.timeline thead th:nth-child(2),.timeline thead th:nth-child(3){width:84px}
.timeline thead th:nth-child(4){width:106px}
.timeline .number{text-align:right;font-variant-numeric:tabular-nums;padding-right:18px}
.timeline .time{color:var(--dim);font-variant-numeric:tabular-nums}
.timeline .scale{padding-right:0;overflow:visible}
.timeline .scale{display:flex;justify-content:space-between;font-variant-numeric:tabular-nums}
.timeline .heading th{overflow:visible;padding-bottom:3px}
.timeline .heading :is(th,td){border-top:1px solid var(--line);padding-top:14px;font-size:12px;font-weight:500;color:var(--dim)}
.timeline td.track{padding:5px 0;background:linear-gradient(90deg,transparent calc(50% - .5px),var(--line) calc(50% - .5px),var(--line) calc(50% + .5px),transparent calc(50% + .5px))}
.bar{display:block;height:12px;min-width:3px;border-radius:3px;background:var(--accent)}
.bar.undo{background:var(--undo)}.bar.pause{background:var(--pause)}.bar.refused{background:var(--refused)}
.bar.failed{background:var(--bad)}
.bar.cutOff{background:repeating-linear-gradient(45deg,var(--dim) 0 4px,transparent 4px 8px)}
em.failed,em.cutOff{font-style:normal;font-size:12px;color:var(--bad)}
em.cutOff{color:var(--wait)}
.undo>li{margin:8px 0}
pre.plan{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:12.5px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
footer{color:var(--dim);font-size:13px}
@media (max-width:700px){.hide{display:none}.timeline th:first-child{width:38%}.timeline tbody th{white-space:normal;overflow-wrap:anywhere}.timeline em{display:block}.timeline thead th:nth-child(4){width:84px}main{padding:20px 12px}}
@media print{body{background:#fff}section,.facts{break-inside:avoid}details>*{display:block}}
`;
