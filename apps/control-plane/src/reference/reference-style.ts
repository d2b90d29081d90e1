/** The style of the reference page: follows the reader's light or dark, from a phone up. */
export const referenceStyle = `:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #14171c);
  --side: light-dark(#f4f6f8, #1b1f26);
  --text: light-dark(#1c2430, #e4e8ee);
  --quiet: light-dark(#556070, #a3adba);
  --line: light-dark(#d9dfe6, #323943);
  --link: light-dark(#0b57b0, #8ab8ff);
  --code: light-dark(#eef1f5, #232932);
  --get: light-dark(#0b57b0, #8ab8ff);
  --post: light-dark(#14692e, #7ad394);
  --put: light-dark(#8a4b00, #f0b55c);
  --delete: light-dark(#b3221c, #ff9d94);
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: break-word;
}
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code { font: 0.9em ui-monospace, monospace; background: var(--code); padding: 0.1em 0.3em; border-radius: 4px; }
pre { margin: 0.25rem 0; padding: 0.75rem 1rem; background: var(--code); border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { background: none; padding: 0; }
.skip { position: absolute; left: -100vw; background: var(--page); padding: 0.5rem 1rem; }
.skip:focus { left: 0; z-index: 1; }
nav { background: var(--side); padding: 1rem 1.25rem; border-bottom: 1px solid var(--line); }
nav ul { list-style: none; margin: 0 0 0.75rem; padding: 0; }
nav li a { display: block; padding: 0.2rem 0; text-decoration: none; color: var(--text); font-size: 0.925rem; }
nav li a:hover { text-decoration: underline; }
nav summary { font-weight: 600; }
nav details[open] { max-height: 45vh; overflow-y: auto; }
.brand { font-weight: 700; margin: 0 0 0.5rem; }
.tag { font-weight: 600; margin: 0.75rem 0 0.15rem; }
main { padding: 1rem 1.25rem 4rem; max-width: 60rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0.5rem 0; }
h2 { font-size: 1.4rem; margin: 2.5rem 0 0.5rem; }
h3 { font-size: 1.05rem; margin: 0; }
h4 { font-size: 0.9rem; margin: 1rem 0 0.25rem; color: var(--quiet); }
.lead { margin: 0.35rem 0; }
article { border-top: 1px solid var(--line); padding: 1.25rem 0; }
article:target { border-top: 3px solid var(--link); }
.path { background: none; padding: 0; }
.method { font: 700 0.75rem ui-monospace, monospace; }
nav .method { display: inline-block; width: 3.6rem; }
.GET { color: var(--get); }
.POST { color: var(--post); }
.PUT { color: var(--put); }
.DELETE { color: var(--delete); }
.facts { margin: 0.35rem 0; color: var(--quiet); }
.role { border: 1px solid var(--line); border-radius: 1rem; padding: 0.1rem 0.6rem; font-size: 0.85rem; margin-left: 0.25rem; }
.fields { list-style: none; margin: 0; padding: 0; }
.fields > li { padding: 0.35rem 0; }
.fields .fields { border-left: 2px solid var(--line); margin: 0.25rem 0 0.25rem 0.25rem; padding-left: 0.9rem; }
.name { font-weight: 600; }
.type, .optional { color: var(--quiet); font-size: 0.925rem; }
.optional { font-style: italic; }
.about { display: block; font-size: 0.95rem; }
.type { overflow-wrap: anywhere; }
.required { color: var(--delete); font-size: 0.85rem; }
summary { cursor: pointer; padding: 0.25rem 0; }
.choice { margin-left: 0.25rem; }
@media (min-width: 62rem) {
  body { display: grid; grid-template-columns: 19rem minmax(0, 1fr); }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border: 0; border-right: 1px solid var(--line); }
  nav details[open] { max-height: none; }
  main { padding: 1.5rem 3rem 6rem; }
}
`;
