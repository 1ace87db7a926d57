import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FEED_REJECTIONS, type ImportResult, importReport, IntakeProblem } from '#charges';
import { type Caller, mayAct, Refusal, type Sealer } from '#platform';
import type { Core } from './core.js';
import { invalid, readUploadQuery, type UploadQuery } from './import-query.js';
import { spool } from './spool.js';
import { Turns } from './turns.js';

/** Each import takes a thread and some hundred MiB. */
const IMPORTS_AT_ONCE = 2;

/**
 * `POST /import/focus?feed=NAME`: a billing file as the body (CSV, gzip or Parquet, told by its bytes) or as the one file of a form.
 * Repeating an upload is safe: a file that is in force already changes nothing.
 */
export const importRoutes = (core: Core, sealer: Sealer) => async (server: FastifyInstance) => {
  const turns = new Turns(IMPORTS_AT_ONCE);
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    await scope.register(multipart, { limits: { files: 1, fileSize: Infinity } });
    // The body is passed on as it streams in; what it is its own bytes say.
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scope.post<{ Querystring: Record<string, string | string[] | undefined> }>('/import/focus', async (request, reply) => {
      const caller = recorder(request.caller);
      const query = readUploadQuery(request.query);
      const result = await upload(core, turns, request, caller, query);
      if (query.wait) await core.settle();
      return answer(reply, result, (position) => sealer.seal('position', caller.organization, `${position ?? core.projector.position ?? 0}`));
    });
  });
};

function recorder(caller: Caller | undefined): Caller {
  if (caller !== undefined && mayAct(caller, 'recorder')) return caller;
  throw new Refusal('FORBIDDEN', 'The key lacks the role recorder. Nothing was done.', { role: 'recorder' }, 403);
}

async function upload(core: Core, turns: Turns, request: FastifyRequest, { organization, actor }: Caller, query: UploadQuery): Promise<ImportResult> {
  const length = request.headers['content-length'];
  try {
    const { body, name } = await bodyOf(request, query.name);
    const file = await spool(core.files, body, { announced: length === undefined ? null : parseInt(length, 10), keep: !query.dryRun });
    try {
      const { feed, covers, scan, dryRun, appendOnly } = query;
      const options = { path: file.path, name, feed, covers, scan, dryRun, ...(appendOnly === undefined ? {} : { appendOnly }) };
      const result = await turns.run(() => core.imports.run({ ...options, caller: { organization, actor } }));
      if (query.dryRun || 'rejection' in result) await file.forget();
      return result;
    } catch (error) {
      // A file that is none of ours is not kept; one that failed on our side is sent again.
      await file.forget();
      throw error;
    }
  } catch (error) {
    throw error instanceof IntakeProblem ? refusal(error, core.config.TENOR_DATA) : error;
  }
}

async function bodyOf(request: FastifyRequest, name: string): Promise<{ body: Readable; name: string }> {
  if (!request.isMultipart()) {
    if (request.body === undefined || request.body === null) throw invalid('body', 'expected the file itself');
    return { body: request.body as Readable, name };
  }
  const part = await request.file();
  if (part === undefined) throw invalid('body', 'expected a form with one file');
  return { body: part.file, name: part.filename || name };
}

/** Where the ledger's folder is on its machine is nothing to a caller from outside. */
function refusal({ code, message, cause, consequence, nextStep }: IntakeProblem, folder: string): Refusal {
  const outside = (text: string): string => text.replaceAll(resolve(folder), 'TENOR_DATA');
  const full = code === 'FOCUS-110' || (code === 'FOCUS-114' && /ENOSPC|EDQUOT|EFBIG/.test(cause));
  const status = full ? 507 : code === 'FOCUS-111' || code === 'FOCUS-113' || code === 'FOCUS-114' ? 500 : 422;
  return new Refusal(code, outside(message), { cause: outside(cause), consequence, nextStep }, status);
}

function answer(reply: FastifyReply, result: ImportResult, seal: (position: number | null) => string): FastifyReply {
  if ('rejection' in result) {
    const { code, ...facts } = result.rejection;
    return reply.code(409).send({ status: 'rejected', rejection: { code, message: FEED_REJECTIONS[code], ...facts } });
  }
  return reply.send({ ...importReport(result.summary), token: seal(result.summary.position) });
}
