import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';

import type { LogAnswer, LogEvent, Proposed } from './log.js';

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

export interface AppendCall {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly Proposed[];
}

export function readAppend(messages: readonly streams.AppendReq[]): AppendCall {
  const options = messages[0]?.getOptions() as streams.AppendReq.Options;
  if (options.hasAny() || options.hasStreamExists())
    throw serviceError(status.INVALID_ARGUMENT, 'this double knows exact revisions only, as the ledger does');
  const stream = utf8(options.getStreamIdentifier()?.getStreamName_asU8() as Uint8Array);
  return {
    stream,
    expected: options.hasNoStream() ? -1 : Number(options.getRevision()),
    events: messages.slice(1).map((message) => proposed(message.getProposedMessage() as streams.AppendReq.ProposedMessage)),
  };
}

function proposed(message: streams.AppendReq.ProposedMessage): Proposed {
  const properties = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: properties.get('type') ?? '',
    contentType: properties.get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

export function appendAnswer(answer: Exclude<LogAnswer, { kind: 'too-large' }>, expected: number): streams.AppendResp {
  const response = new streams.AppendResp();
  if (answer.kind === 'stored') {
    const position = new streams.AppendResp.Position().setCommitPosition(`${answer.position}`).setPreparePosition(`${answer.position}`);
    response.setSuccess(new streams.AppendResp.Success().setCurrentRevision(`${answer.revision}`).setPosition(position));
    return response;
  }
  const conflict = new streams.AppendResp.WrongExpectedVersion();
  if (answer.current < 0) conflict.setCurrentNoStream(new shared.Empty());
  else conflict.setCurrentRevision(`${answer.current}`);
  if (expected < 0) conflict.setExpectedNoStream(new shared.Empty());
  else conflict.setExpectedRevision(`${expected}`);
  return response.setWrongExpectedVersion(conflict);
}

export function eventAnswer(event: LogEvent): streams.ReadResp {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(new shared.UUID().setString(event.id));
  recorded.setStreamIdentifier(streamIdentifier(event.stream));
  recorded.setStreamRevision(`${event.revision}`).setCommitPosition(`${event.position}`).setPreparePosition(`${event.position}`);
  recorded.setData(event.data).setCustomMetadata(event.metadata);
  recorded.getMetadataMap().set('type', event.type).set('content-type', event.contentType).set('created', '17000000000000000');
  return new streams.ReadResp().setEvent(new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(`${event.position}`));
}

export const streamNotFound = (stream: string): streams.ReadResp =>
  new streams.ReadResp().setStreamNotFound(new streams.ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(stream)));

export const confirmation = (): streams.ReadResp =>
  new streams.ReadResp().setConfirmation(new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId('double'));

const streamIdentifier = (stream: string): shared.StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(stream).toString('base64'));

/** An error as the server's interceptors send it: the kind in the trailer `exception`, its facts beside it. */
export function serviceError(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

export interface ReadCall {
  readonly stream: string | null;
  readonly from: number | 'start' | 'end';
  readonly backwards: boolean;
  readonly count: number;
  readonly subscription: boolean;
  readonly prefixes: readonly string[];
}

export function readRead(request: streams.ReadReq): ReadCall {
  const options = request.getOptions() as streams.ReadReq.Options;
  const stream = options.getStream();
  const all = options.getAll();
  const from = stream
    ? stream.hasStart()
      ? 'start'
      : stream.hasEnd()
        ? 'end'
        : Number(stream.getRevision())
    : all?.hasStart()
      ? 'start'
      : all?.hasEnd()
        ? 'end'
        : Number(all?.getPosition()?.getCommitPosition());
  return {
    stream: stream ? utf8(stream.getStreamIdentifier()?.getStreamName_asU8() as Uint8Array) : null,
    from,
    backwards: options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS,
    count: Number(options.getCount()),
    subscription: options.hasSubscription(),
    prefixes: options.getFilter()?.getStreamIdentifier()?.getPrefixList() ?? [],
  };
}
