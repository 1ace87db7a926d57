import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Lets a caller who asked for the connection to be closed send the rest of a body that was answered early: of a refused upload, say. Node destroys
 * the socket with such an answer, and who is still sending meets a reset before it reads why (RFC 9112 section 9.6). The rest is read and dropped,
 * within the time that the server gives every request. Call before anything is answered.
 */
export function closeAfterBody(request: IncomingMessage, response: ServerResponse): void {
  if (response.shouldKeepAlive) return;
  // Else Node closes at once, whatever is still on its way.
  response.shouldKeepAlive = true;
  response.once('finish', () => {
    if (request.complete) request.socket.destroySoon();
    else request.once('end', () => request.socket.destroySoon());
  });
}
