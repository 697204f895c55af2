import { ConfigurationError } from '../errors/configuration-error.ts'
import { APIError } from '../errors/api-error.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import type { CallWithLimits } from '../http/call.ts'
import { closeBody } from '../http/read-body.ts'
import { send } from '../http/send.ts'
import { type Abortable, whenAborted } from '../lifetime/abort-source.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { after } from '../lifetime/timers.ts'
import type { LiveSocket } from '../options/runtime.ts'
import { SocketInbox } from './socket-inbox.ts'

/**
 * Opens a WebSocket with the key in its handshake.
 *
 * @param wasOpen whether there was a WebSocket of this URL before, so that the URL exists
 * @throws ConfigurationError if the runtime cannot send a header in a handshake
 * @throws APIError if the server refuses the handshake, TimeoutError, or ConnectionError
 */
export async function openLiveSocket(
  url: string,
  call: CallWithLimits,
  wasOpen: boolean,
  signal: Abortable,
): Promise<SocketInbox> {
  if (call.openSocket === undefined) {
    throw new ConfigurationError(
      'Live data with a key needs a WebSocket with headers, which this runtime does not have: connect to ' +
        'a server of your own that serves `createLiveHandler`, with the option `endpoint`',
    )
  }
  // VecTrade documents this header only. The caller's own one replaces it.
  const headers = { ...(await call.key?.bearer(call, signal)), ...call.headers }
  const attempt = new AbortController()
  const stopTimer = after(call.timeout, () =>
    attempt.abort(new TimeoutError('headers', call.timeout)),
  )
  const unlink = whenAborted(signal, () => attempt.abort(signal.reason))
  try {
    const opening = Promise.resolve(call.openSocket(url, headers, attempt.signal))
    return await opened(await inTime(opening, attempt.signal), attempt.signal)
  } catch (error) {
    if (attempt.signal.aborted) throw attempt.signal.reason
    if (error instanceof ConfigurationError) throw error
    throw await refusal(url, { ...call, headers }, error, wasOpen, signal)
  } finally {
    stopTimer()
    unlink()
  }
}

/** Returns the socket unless the signal is aborted first. A socket that comes later is closed. */
function inTime(opening: Promise<LiveSocket>, signal: AbortSignal): Promise<LiveSocket> {
  return new Promise((resolve, reject) => {
    whenAborted(signal, () => {
      reject(signal.reason)
      void markHandled(opening.then((socket) => socket.close()))
    })
    opening.then(resolve, reject)
  })
}

/** Returns a socket once it is open. Closes it if that fails. */
function opened(socket: LiveSocket, signal: AbortSignal): Promise<SocketInbox> {
  const inbox = new SocketInbox(socket)
  // Workers give an open socket.
  if (socket.readyState === 1) return Promise.resolve(inbox)
  return new Promise((resolve, reject) => {
    const end = (error?: unknown): void => {
      unlink?.()
      socket.removeEventListener('open', onOpen)
      socket.removeEventListener('error', onFailure)
      socket.removeEventListener('close', onFailure)
      if (error === undefined) return resolve(inbox)
      // Closing a socket while it connects causes an `error` event, which must not be uncaught.
      socket.addEventListener('error', () => {})
      inbox.close()
      reject(error)
    }
    const onOpen = (): void => end()
    const onFailure = (): void => end(notOpened())
    let unlink: (() => void) | undefined
    socket.addEventListener('open', onOpen)
    socket.addEventListener('error', onFailure)
    socket.addEventListener('close', onFailure)
    unlink = whenAborted(signal, () => end(signal.reason))
    // Its events may have come before the listeners, for example if the runtime blocks the port.
    if (socket.readyState > 1) onFailure()
  })
}

/** Servers answer a `GET` with these if it is no handshake. They say nothing about the handshake that failed. */
const noHandshake: ReadonlySet<number | undefined> = /* @__PURE__ */ new Set([400, 405, 426])

/**
 * Returns the reason why a handshake failed. A WebSocket hides the status of the response. So this function sends a
 * request with the same headers to the same URL.
 *
 * A router that has only handshakes at a URL may answer a `GET` with 404. So a 404 counts only if there never was a
 * WebSocket.
 */
async function refusal(
  url: string,
  call: CallWithLimits,
  cause: unknown,
  wasOpen: boolean,
  signal: Abortable,
): Promise<unknown> {
  const question = {
    ...call,
    url: url.replace(/^ws/, 'http'),
    method: 'GET' as const,
    body: undefined,
    maxRetries: 0,
    key: undefined,
  }
  try {
    closeBody((await send(question, signal)).body)
    return notOpened(cause)
  } catch (error) {
    const status = error instanceof APIError ? error.status : undefined
    const isAboutGet = noHandshake.has(status) || (wasOpen && status === 404)
    return isAboutGet ? notOpened(error) : error
  }
}

function notOpened(cause?: unknown): ConnectionError {
  return new ConnectionError('The WebSocket could not be opened', 'connect', { cause })
}
