import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, write as writeAt, writeSync, constants } from 'node:fs';
import { access, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { codeOf, IntakeProblem } from './intake-problem.js';
import { isLeftover, ownerMark } from './owner.js';

const writeLater = promisify(writeAt);
/** So many bytes may wait to be written before the reader has to. */
const BEHIND_MAX = 4 * 1024 * 1024;
const DIGEST = /^[0-9a-f]{64}$/;

function keepProblem(error: unknown, path: string): IntakeProblem {
  if (error instanceof IntakeProblem) return error;
  const code = codeOf(error);
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  return new IntakeProblem(
    'FOCUS-114',
    `Writing ${path} failed with ${code || String(error)}.`,
    full ? 'Free some space, then import the file again.' : 'Check the directory and its permissions, then import the file again.',
  );
}

/** A file on its way in: invisible until `commit`, gone after `abort`. */
export class FileDraft {
  private readonly fd: number;
  private readonly sha = createHash('sha256');
  private open = true;
  private behind: Promise<void> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly root: string,
    /** Where the bytes are until `commit`; a reader may already look. */
    readonly path: string,
  ) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.fd = openSync(path, 'wx');
    } catch (error) {
      throw keepProblem(error, path);
    }
  }

  /** @throws IntakeProblem FOCUS-114; the draft is then gone */
  write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
      this.sha.update(bytes);
    } catch (error) {
      this.abort();
      throw keepProblem(error, this.path);
    }
  }

  /** As `write`, beside the caller's work: to be awaited where it answers a promise, and `settled` before anything else is called. */
  writeBehind(bytes: Uint8Array): Promise<void> | null {
    this.sha.update(bytes);
    this.waiting += bytes.length;
    this.behind = this.behind.then(() => this.put(bytes));
    // Met by whoever waits next; until then it must not count as unhandled.
    this.behind.catch(() => undefined);
    return this.waiting > BEHIND_MAX ? this.behind : null;
  }

  /** Nothing is on its way to the disk any more. @throws IntakeProblem FOCUS-114 */
  settled(): Promise<void> {
    return this.behind;
  }

  private async put(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += (await writeLater(this.fd, bytes, at)).bytesWritten;
      this.waiting -= bytes.length;
    } catch (error) {
      throw keepProblem(error, this.path);
    }
  }

  /** Of what has been written so far. */
  digest(): string {
    return this.sha.copy().digest('hex');
  }

  /** Makes the file durable under its digest and answers that digest. A file that is there already stays as it is. */
  commit(): string {
    const digest = this.sha.digest('hex');
    const target = pathOf(this.root, digest);
    try {
      fsyncSync(this.fd);
      this.close();
      mkdirSync(dirname(target), { recursive: true });
      renameSync(this.path, target);
      // The name is durable only once the directory is, and the directory's own name likewise.
      for (const directory of [dirname(target), this.root]) syncDirectory(directory);
      return digest;
    } catch (error) {
      this.abort();
      throw keepProblem(error, target);
    }
  }

  abort(): void {
    this.close();
    rmSync(this.path, { force: true });
  }

  private close(): void {
    if (this.open) closeSync(this.fd);
    this.open = false;
  }
}

function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const pathOf = (root: string, digest: string): string => join(root, digest.slice(0, 2), digest);

/**
 * Original files and quarantined rows beside the store, each named by the SHA-256 of its own bytes: `<root>/ab/ab12…`.
 * Nothing in an event points at more than a digest, so that erasing a file touches no hash.
 */
export class FileStore {
  constructor(readonly root: string) {}

  draft(): FileDraft {
    return new FileDraft(this.root, join(this.root, 'incoming', `${ownerMark()}-${randomUUID()}`));
  }

  /** Stores a stream of bytes durably. @throws IntakeProblem FOCUS-114, or what the stream throws; nothing is left then */
  async put(bytes: AsyncIterable<Uint8Array>): Promise<string> {
    const draft = this.draft();
    try {
      for await (const piece of bytes) draft.write(piece);
      return draft.commit();
    } catch (error) {
      draft.abort();
      throw error;
    }
  }

  putFile(path: string): Promise<string> {
    return this.put(createReadStream(path, { highWaterMark: 1 << 20 }));
  }

  /** Where a kept file is. */
  pathOf(digest: string): string {
    if (!DIGEST.test(digest)) throw new TypeError('a digest is 64 hexadecimal digits');
    return pathOf(this.root, digest);
  }

  async has(digest: string): Promise<boolean> {
    return access(this.pathOf(digest)).then(
      () => true,
      () => false,
    );
  }

  /** Erases a file for good; true when it was there. */
  async erase(digest: string): Promise<boolean> {
    const path = this.pathOf(digest);
    if (!(await this.has(digest))) return false;
    await rm(path, { force: true });
    const directory = await open(dirname(path), 'r');
    await directory.sync().finally(() => directory.close());
    return true;
  }

  /** Removes drafts that a crash left behind; those of other processes at work stay. To be called at start, before any import. */
  async clean(): Promise<void> {
    const incoming = join(this.root, 'incoming');
    const names: string[] = await readdir(incoming).catch(() => []);
    for (const name of names) if (isLeftover(name)) await rm(join(incoming, name), { force: true });
  }
}
