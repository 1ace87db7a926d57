import { randomUUID } from 'node:crypto';
import type { Caller } from '../auth/caller.js';
import type { Sealer, TokenKind } from '../tokens/sealer.js';
import { Refusal } from '../errors.js';

/** What the HTTP doors leave on a request for the context: the framework's request is seen no further than here. */
export interface AuthenticatedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  caller?: Caller;
}

/** What every resolver of one request shares. Get it with Nest's `@Context()`. */
export class CallContext {
  readonly caller: Caller;
  private trace: string | undefined;
  private shared: Map<unknown, unknown> | undefined;

  constructor(
    readonly req: AuthenticatedRequest,
    private readonly sealer: Sealer,
  ) {
    if (!req.caller) throw new Refusal('UNAUTHENTICATED', 'No valid API key. Nothing was done.', {}, 401);
    this.caller = req.caller;
  }

  /** The caller's own W3C trace id, else one made when first asked for. */
  get traceId(): string {
    return (this.trace ??= this.givenTraceId ?? randomUUID().replaceAll('-', ''));
  }

  /** The trace id that the caller gave, if any: what a command is correlated with. */
  get givenTraceId(): string | undefined {
    const given = this.req.headers['traceparent'];
    return typeof given === 'string' ? /^00-([0-9a-f]{32})-/.exec(given)?.[1] : undefined;
  }

  /** One thing per request and key, made at first use: the place of a DataLoader. */
  once<T>(key: unknown, make: () => T): T {
    this.shared ??= new Map();
    if (!this.shared.has(key)) this.shared.set(key, make());
    return this.shared.get(key) as T;
  }

  nodeId(type: string, id: string): string {
    return this.sealer.nodeId(type, this.caller.organization, id);
  }

  openNodeId(token: string): { readonly type: string; readonly id: string } | null {
    return this.sealer.openNodeId(this.caller.organization, token);
  }

  /** The plain id behind a node id of this type, or null: another type's, another organization's, or nonsense. */
  idOf(type: string, token: string): string | null {
    const opened = this.openNodeId(token);
    return opened?.type === type ? opened.id : null;
  }

  seal(kind: TokenKind, payload: string): string {
    return this.sealer.seal(kind, this.caller.organization, payload);
  }

  /** @throws Refusal `TOKEN_INVALID` or `CURSOR_INVALID` */
  open(kind: 'position' | 'cursor', token: string): string {
    const payload = this.sealer.open(kind, this.caller.organization, token);
    if (payload !== null) return payload;
    throw kind === 'cursor'
      ? new Refusal('CURSOR_INVALID', 'This cursor was not given out by this ledger to your organization. Start again without `after`.')
      : new Refusal(
          'TOKEN_INVALID',
          'This consistency token was not given out by this ledger to your organization. Leave it out, or use one as returned.',
        );
  }
}
