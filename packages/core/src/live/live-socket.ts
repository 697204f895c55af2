import { ConfigurationError } from '../errors/configuration-error.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import { closeBody } from '../http/read-body.ts'
import { send } from '../http/send.ts'
import { type Abortable, whenAborted } from '../lifetime/abort-source.ts'
import { after } from '../lifetime/timers.ts'
import type { LiveSocket } from '../options/runtime.ts'
import type { CallWithLimits } from '../http/call.ts'

/**
 * Opens a WebSocket with the key in its handshake.
 *
 * @throws ConfigurationError if the runtime cannot send a header in a handshake
 * @throws APIError if the server refuses the handshake, TimeoutError, or ConnectionError
 */
export async function openLiveSocket(
  url: string,
  call: CallWithLimits,
  signal: Abortable,
): Promise<LiveSocket> {
  if (call.openSocket === undefined) {
    throw new ConfigurationError(
      'Live data with a key needs a WebSocket with headers, which this runtime does not have: connect to ' +
        'a server of your own that serves `createLiveHandler`, with the option `endpoint`',
    )
  }
  // VecTrade documents this header only. The caller's own one replaces it.
  const headers = { authorization: `Bearer ${call.key?.secret}`, ...call.headers }
  try {
    const socket = await call.openSocket(url, headers)
    await opened(socket, call.timeout, signal)
    return socket
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof TimeoutError || error instanceof ConfigurationError) throw error
    throw await refusal(url, { ...call, headers }, error, signal)
  }
}

/** Waits until a socket is open. Closes it if that fails. */
function opened(socket: LiveSocket, timeout: number, signal: Abortable): Promise<void> {
  // Workers give an open socket.
  if (socket.readyState === 1) return Promise.resolve()
  return new Promise<void>((resolve, reject) => {
    const end = (error?: unknown): void => {
      stopTimer()
      unlink?.()
      socket.removeEventListener('open', onOpen)
      socket.removeEventListener('error', onFailure)
      socket.removeEventListener('close', onFailure)
      if (error === undefined) return resolve()
      // An error of a socket that is closed while it connects must not be an uncaught one.
      socket.addEventListener('error', () => {})
      socket.close()
      reject(error)
    }
    const onOpen = (): void => end()
    const onFailure = (): void =>
      end(new ConnectionError('The WebSocket could not be opened', 'connect'))
    const stopTimer = after(timeout, () => end(new TimeoutError('headers', timeout)))
    let unlink: (() => void) | undefined
    socket.addEventListener('open', onOpen)
    socket.addEventListener('error', onFailure)
    socket.addEventListener('close', onFailure)
    unlink = whenAborted(signal, () => end(signal.reason))
    // Its events may have come before the listeners, for example if the runtime blocks the port.
    if (socket.readyState > 1) onFailure()
  })
}

/**
 * Returns the reason for a handshake that failed. A WebSocket hides the status of the response, so a request to the
 * same URL, with the same headers, learns it.
 */
async function refusal(
  url: string,
  call: CallWithLimits,
  cause: unknown,
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
  } catch (error) {
    return error
  }
  return new ConnectionError('The WebSocket could not be opened', 'connect', { cause })
}
