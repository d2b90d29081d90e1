// Makes dist/: what is published. Node does not run TypeScript below node_modules, so the package holds JavaScript and types.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(at('dist'), { recursive: true, force: true });
execFileSync('tsc', ['-p', at('tsconfig.build.json')], { stdio: 'inherit' });

const { exports, dependencies, ...source } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const { name, version, private: notYet, description, license, type, engines } = source;
const built = (file) => file.replace('./src/', './lib/').replace(/\.ts$/, '');
const entry = (file) => ({ types: `${built(file)}.d.ts`, default: `${built(file)}.js` });
const published = {
  ...{ name, version, private: notYet, description, license, type, engines },
  files: ['lib'],
  exports: Object.fromEntries(Object.entries(exports).map(([path, file]) => [path, entry(file)])),
  dependencies,
};
writeFileSync(at('dist/package.json'), `${JSON.stringify(published, null, 2)}\n`);
copyFileSync(at('README.md'), at('dist/README.md'));
