import { cp, symlink } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';

const workspace = resolve(import.meta.dirname, '../../../..');

/** What git does not have: what is made, and an operator's own files. */
const left = new Set(['.git', '.cache', '.nx', '.trunkline', 'coverage', 'dist', 'node_modules']);

/** Copies the repository as it is now, as a clone would: an operator's commands and files then touch nobody else's. Packages are shared. */
export async function cloneTo(folder: string): Promise<void> {
  const filter = (path: string) =>
    !left.has(basename(path)) && !path.endsWith('.env') && relative(workspace, path) !== 'docker-compose.override.yml';
  await cp(workspace, folder, { recursive: true, filter });
  await symlink(join(workspace, 'node_modules'), join(folder, 'node_modules'));
}
