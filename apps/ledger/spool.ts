import { mkdir, statfs } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { FileDraft, FileStore } from '#charges';
import { Refusal } from '#platform';

/** An upload on the disk: scanned from its place, and kept or forgotten afterwards. */
export interface Spooled {
  readonly path: string;
  /** Forgets the file, unless it stood in the store before. */
  forget(): Promise<void>;
}

/**
 * Brings an upload to the disk without holding it in memory. One that must not be kept stays a draft.
 * @throws Refusal `INSUFFICIENT_STORAGE` (507), `INPUT_INVALID`; IntakeProblem when the disk fails on the way
 */
export async function spool(files: FileStore, body: Readable, { announced, keep }: { announced: number | null; keep: boolean }): Promise<Spooled> {
  const { draft, bytes } = await drafted(files, body, announced).catch((error: unknown) => {
    // Read and dropped, so that who is still sending comes to read why: an upload that is destroyed takes its connection with it.
    body.resume();
    throw error;
  });
  if (bytes === 0) draft.abort();
  if (bytes === 0) throw new Refusal('INPUT_INVALID', 'The body is empty: send the file itself. Nothing was done.', { field: 'body' }, 400);
  if (!keep) return { path: draft.path, forget: () => Promise.resolve(draft.abort()) };
  const digest = draft.digest();
  const before = await files.has(digest);
  draft.commit();
  return { path: files.pathOf(digest), forget: async () => void (before || (await files.erase(digest))) };
}

async function drafted(files: FileStore, body: Readable, announced: number | null): Promise<{ draft: FileDraft; bytes: number }> {
  await roomFor(announced, files.root);
  const draft = files.draft();
  let bytes = 0;
  try {
    for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      draft.write(piece);
    }
  } catch (error) {
    draft.abort();
    throw error;
  }
  return { draft, bytes };
}

async function roomFor(announced: number | null, root: string): Promise<void> {
  if (announced === null) return;
  await mkdir(root, { recursive: true });
  const { bavail, bsize } = await statfs(root);
  if (announced <= bavail * bsize) return;
  const facts = { bytes: announced, free: bavail * bsize };
  throw new Refusal(
    'INSUFFICIENT_STORAGE',
    `The upload has ${announced} bytes, the disk ${facts.free} free. Nothing was kept. Free some space, then send it again.`,
    facts,
    507,
  );
}
