import { encoder } from '../encoder.ts'
import { errorMessage } from '../error-message.ts'
import type { Step } from '../stream-steps.ts'
import type { LiveAction } from './live-actions.ts'

/** Made at the first use: importing a package must not fail if a global is missing. */
let encode: ReturnType<typeof encoder>

/** Yields the steps of an event stream that carries out `actions`. */
export function* liveSteps(
  actions: Iterable<LiveAction>,
  retry: number | undefined,
): Generator<Step, void> {
  encode ??= encoder('lf')
  if (retry !== undefined) yield { type: 'bytes', bytes: encode({ retry }) }
  for (const action of actions) {
    // Some runtimes discard what arrives together with a cut.
    if (action.type === 'cut') yield { type: 'wait', ms: beforeCut }
    yield stepOf(action)
  }
}

/** How long what was sent has to arrive before a cut, in ms. */
const beforeCut = 30

function stepOf(action: LiveAction): Step {
  switch (action.type) {
    case 'event': {
      const { event, id } = action
      const data = JSON.stringify(event)
      return bytesOf(encode(id === undefined ? { data } : { id, data }))
    }
    case 'raw':
    case 'error':
      return bytesOf(encode(action.message))
    case 'kick': {
      const { reason: message } = action
      return bytesOf(encode(errorMessage({ errorType: 'connection_replaced', message })))
    }
    case 'heartbeat':
      return { type: 'bytes', bytes: encode({ comment: 'heartbeat' }) }
    case 'idle':
    case 'wait':
      return { type: 'wait', ms: action.ms }
    case 'cut':
      return action
  }
}

function bytesOf(bytes: Uint8Array): Step {
  return { type: 'bytes', bytes, event: true }
}
