// Writes the API page of the npm package from its types: `node api.mjs PAGE`. It fails where something that is exported,
// or a field of it, has no comment.
import { readFile, writeFile } from 'node:fs/promises';

const ENTRIES = [
  ['placet', 'index.d.ts'],
  ['placet/sign', 'sign.d.ts'],
  ['placet/gateway', 'gateway/index.d.ts'],
];
const [page] = process.argv.slice(2);

const undocumented = [];
const parts = [
  '# API of the npm package\n',
  'Made from the types. The [README](README.md) shows how to start.\n',
  '`placet/verify` exports `createVerifier`, `decide`, `init`, `initSync`, `PlacetError`, `timestamp` and `verifyEnvelope` of these.\n',
];
for (const [name, file] of ENTRIES) {
  const declared = declarations(await readFile(new URL(`npm/${file}`, import.meta.url), 'utf8'));
  const values = declared.filter(({ kind }) => kind === 'function' || kind === 'class');
  const types = declared.filter(({ kind }) => kind === 'interface' || kind === 'type');
  parts.push(`## \`${name}\`\n`, '### Functions and classes\n', ...values.map(section), '### Types\n', ...types.map(section));
}
if (undocumented.length) {
  console.error(`without a comment:\n  ${undocumented.join('\n  ')}`);
  process.exit(1);
}
await writeFile(page, parts.join('\n'));

/** What a file exports: its comment and its text. The types are written in one style, which this relies on. */
function declarations(source) {
  const found = [];
  const pattern = /(?:^\/\*\*\n?((?:(?!\*\/)[^])*?)\*\/\n)?^export (?:declare )?(function|class|interface|type) (\w+)/gm;
  for (const { 0: match, 1: comment, 2: kind, 3: name, index } of source.matchAll(pattern)) {
    const begin = index + match.length - `export ${kind} ${name}`.length;
    const code = source.slice(begin, end(source, begin, kind));
    if (!comment) undocumented.push(name);
    if (kind === 'interface' || kind === 'class') checkMembers(name, code);
    found.push({ kind, name, comment: plain(comment ?? ''), code });
  }
  return found;
}

/** Where a declaration ends: at the brace that closes its block, or at its semicolon on no deeper level. */
function end(source, begin, kind) {
  if (kind === 'interface' || kind === 'class') return source.indexOf('\n}\n', begin) + 2;
  let depth = 0;
  const code = source.slice(begin).replace(/\/\*[^]*?\*\//g, (comment) => ' '.repeat(comment.length));
  for (let at = 0; at < code.length; at += 1) {
    if ('({['.includes(code[at])) depth += 1;
    if (')}]'.includes(code[at])) depth -= 1;
    if (code[at] === ';' && depth === 0) return begin + at + 1;
  }
  throw new Error('a declaration does not end');
}

function checkMembers(name, code) {
  const lines = code.split('\n');
  for (const [at, line] of lines.entries()) {
    const [, member] = /^ {2}(?:readonly )?(\w+)[?(<:]/.exec(line) ?? [];
    if (member && member !== 'constructor' && !lines[at - 1].trimEnd().endsWith('*/')) undocumented.push(`${name}.${member}`);
  }
}

/** A comment as Markdown. */
function plain(comment) {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const text = lines.join('\n').trim().replace(/\{@link ([^}|\s]+)\}/g, (_, name) => `[\`${name}\`](#${name.split('.')[0].toLowerCase()})`);
  const [about, ...tags] = text.split(/^@(?=\w)/m);
  const words = tags.map((tag) => {
    const [, kind, rest] = /^(\w+)\s*([^]*)$/.exec(tag);
    const body = rest.trim().replace(/\n\s*/g, '\n  ');
    if (kind === 'example') return `\n\`\`\`js\n${rest.trim()}\n\`\`\``;
    if (kind === 'throws') return `- throws ${body.replace(/^\{(\w+)\} /, '`$1` ')}`;
    return `- ${body.replace(/^(\w+)/, '`$1`:')}`;
  });
  const items = words.filter((word) => word.startsWith('- '));
  const examples = words.filter((word) => !word.startsWith('- '));
  return [about.trim(), ...(items.length ? ['', ...items] : []), ...examples].join('\n');
}

function section({ name, comment, code }) {
  return `#### ${name}\n\n${comment}\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
}
