import grpcStreams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerReadableStream,
  type ServerWritableStream,
  type ServiceError,
} from '@grpc/grpc-js';

import { Log, MAX_APPEND_SIZE, type LogEvent } from './log.js';
import { appendAnswer, confirmation, eventAnswer, readAppend, readRead, serviceError, streamNotFound, type ReadCall } from './messages.js';

/** What the next append meets. `lost` and `dropped` are stored, but the caller is not told. */
export type AppendFault = 'unavailable' | 'not-ready' | 'not-leader' | 'lost' | 'dropped';

type ReadStream = ServerWritableStream<streams.ReadReq, streams.ReadResp>;
type AppendStream = ServerReadableStream<streams.AppendReq, streams.AppendResp>;

interface LiveSubscription {
  readonly stream: ReadStream;
  readonly prefixes: readonly string[];
}

/**
 * An EventStoreDB in the process: the calls that the adapter makes of its gRPC protocol, over a log in memory, on a real port.
 * Its log survives `crash`; faults are scripted, never random.
 */
export class EventStoreDBDouble {
  readonly log = new Log();
  appendCalls = 0;
  private server: Server | undefined;
  private port = 0;
  private readonly faults: AppendFault[] = [];
  private readonly subscriptions = new Set<LiveSubscription>();
  private frozen: Promise<void> | undefined;
  private release: (() => void) | undefined;
  private awaited: { readonly count: number; readonly resolve: () => void } | undefined;
  private readonly arrivals = new Set<() => void>();

  static async start(): Promise<EventStoreDBDouble> {
    const double = new EventStoreDBDouble();
    // Every real log begins with the server's own events.
    double.log.append('$scavenges', -1, [
      {
        id: '00000000-0000-4000-8000-000000000001',
        type: '$scavengeIndexInitialized',
        contentType: 'application/json',
        data: Buffer.from('{}'),
        metadata: Buffer.from('{}'),
      },
    ]);
    await double.restart();
    return double;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  async restart(): Promise<void> {
    const server = new Server({ 'grpc.max_receive_message_length': 20 * 1024 * 1024 });
    server.addService(grpcStreams.StreamsService, {
      append: (call: AppendStream, callback: sendUnaryData<streams.AppendResp>) => this.append(call, callback),
      read: (call: ReadStream) => void this.read(call),
    });
    this.port = await new Promise<number>((resolve, reject) =>
      server.bindAsync(`127.0.0.1:${this.port}`, ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
    );
    this.server = server;
  }

  /** Every connection breaks at once, and nobody listens any more. */
  crash(): void {
    this.subscriptions.clear();
    this.server?.forceShutdown();
    this.server = undefined;
  }

  /** Connections stay open, but nothing is answered until `thaw`. */
  freeze(): void {
    this.frozen = new Promise((resolve) => (this.release = resolve));
  }

  thaw(): void {
    this.release?.();
    this.frozen = undefined;
  }

  failNextAppends(...faults: AppendFault[]): void {
    this.faults.push(...faults);
  }

  /** Ends all live subscriptions as the server does with a consumer that lags. */
  cutSubscriptions(): void {
    for (const { stream } of this.subscriptions)
      stream.emit(
        'error',
        serviceError(status.ABORTED, 'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.'),
      );
    this.subscriptions.clear();
  }

  /** Resolves when so many subscriptions are live. */
  subscribed(count: number): Promise<void> {
    return this.subscriptions.size >= count ? Promise.resolve() : new Promise((resolve) => (this.awaited = { count, resolve }));
  }

  /** Resolves when the next append has reached the server. */
  nextAppend(): Promise<void> {
    return new Promise((resolve) => this.arrivals.add(resolve));
  }

  async stop(): Promise<void> {
    this.thaw();
    this.crash();
    return Promise.resolve();
  }

  private append(call: AppendStream, callback: sendUnaryData<streams.AppendResp>): void {
    const messages: streams.AppendReq[] = [];
    call.on('data', (message: streams.AppendReq) => messages.push(message));
    call.on('error', () => {});
    call.on('end', () => void this.answerAppend(messages, callback));
  }

  private async answerAppend(messages: readonly streams.AppendReq[], callback: sendUnaryData<streams.AppendResp>): Promise<void> {
    this.appendCalls++;
    for (const arrived of this.arrivals) arrived();
    this.arrivals.clear();
    await this.frozen;
    const fault = this.faults.shift();
    if (fault === 'unavailable') return callback(serviceError(status.UNAVAILABLE, 'the server shuts down'));
    if (fault === 'not-ready') return callback(serviceError(status.UNKNOWN, 'Server Is Not Ready'));
    if (fault === 'not-leader') return callback(this.notLeader());
    const { stream, expected, events } = readAppend(messages);
    const answer = this.log.append(stream, expected, events);
    if (answer.kind === 'too-large')
      return callback(
        serviceError(status.INVALID_ARGUMENT, 'too large', {
          exception: 'maximum-append-size-exceeded',
          'maximum-append-size': `${MAX_APPEND_SIZE}`,
        }),
      );
    if (answer.kind === 'stored') this.publish(answer.fresh);
    if (fault === 'lost') return;
    if (fault === 'dropped') {
      this.crash();
      return this.restart();
    }
    callback(null, appendAnswer(answer, expected));
  }

  private notLeader(): ServiceError {
    return serviceError(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': '127.0.0.1',
      'leader-endpoint-port': `${this.port}`,
    });
  }

  private async read(call: ReadStream): Promise<void> {
    call.on('error', () => {});
    await this.frozen;
    const request = readRead(call.request);
    if (request.subscription) return this.subscribe(call, request);
    const events = this.select(request);
    if (events instanceof Error) {
      call.emit('error', events);
      return;
    }
    if (events === null) call.write(streamNotFound(request.stream as string));
    for (const event of events ?? []) if (!call.write(eventAnswer(event)) && !call.cancelled) await drained(call);
    call.end();
  }

  private select({ stream, from, backwards, count }: ReadCall): readonly LogEvent[] | ServiceError | null {
    const events = stream === null ? this.log.events : this.log.stream(stream);
    if (!events) return null;
    let index: number | null = from === 'start' ? 0 : from === 'end' ? events.length : from;
    if (stream === null && typeof from === 'number') index = this.log.indexOf(from);
    if (index === null) return serviceError(status.INVALID_ARGUMENT, `position ${from} is no position of an event`);
    // Backwards from a position: the events before it, as the real server answers.
    return backwards ? events.slice(Math.max(0, index - count), index).reverse() : events.slice(index, index + count);
  }

  private subscribe(call: ReadStream, { prefixes }: ReadCall): void {
    const subscription = { stream: call, prefixes };
    call.write(confirmation());
    this.subscriptions.add(subscription);
    call.on('cancelled', () => this.subscriptions.delete(subscription));
    if (this.awaited && this.subscriptions.size >= this.awaited.count) this.awaited.resolve();
  }

  private publish(fresh: readonly LogEvent[]): void {
    for (const { stream, prefixes } of this.subscriptions) {
      for (const event of fresh) if (prefixes.some((prefix) => event.stream.startsWith(prefix))) stream.write(eventAnswer(event));
    }
  }
}

const drained = (call: ReadStream): Promise<void> =>
  new Promise((resolve) => {
    const ends = ['drain', 'cancelled', 'close'];
    const done = (): void => {
      for (const end of ends) call.off(end, done);
      resolve();
    };
    for (const end of ends) call.on(end, done);
  });
