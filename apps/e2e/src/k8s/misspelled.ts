import { join } from 'node:path';
import ts from 'typescript';

/**
 * Fields of resources that Kubernetes does not know, as sentences. The API server drops them in silence, and the schemas that it
 * publishes allow them, so TypeScript is asked: it refuses properties that a type does not have.
 */
export function misspelled(resources: readonly { apiVersion: string; kind: string }[]): string[] {
  const file = join(import.meta.dirname, 'resources-under-test.ts');
  const source = resources
    .map(
      ({ apiVersion, kind, ...rest }, index) =>
        `import type { I${kind} as Kind${index} } from 'kubernetes-models/${moduleOf(apiVersion)}/${kind}';\n` +
        `export const r${index}: Kind${index} = ${JSON.stringify({ apiVersion, kind, ...rest })};`,
    )
    .join('\n');
  return typeErrors(file, source);
}

const moduleOf = (apiVersion: string) => (apiVersion === 'v1' ? 'v1' : apiVersion);

function typeErrors(file: string, source: string): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ESNext) : getSourceFile(name, ...rest);
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? source : readFile(name));
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
