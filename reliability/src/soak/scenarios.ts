import assert from 'node:assert/strict'
import {
  type AnalysisStream,
  AuthenticationError,
  RateLimitError,
  RequestAbortedError,
  ServerError,
  ServiceUnavailableError,
  StreamInterruptedError,
  StreamProtocolError,
  TimeoutError,
  type VecTradeError,
} from '@vectrade/node'
import type { Fault } from '@vectrade/sandbox'
import type { Lab, StoreName } from './lab.ts'

/** Runs a stream with a fault, and checks the outcome. Rejects if the outcome is wrong. */
export type Scenario = (lab: Lab) => Promise<void>

type ErrorClass = new (...parameters: never[]) => VecTradeError

/** The pace of an answer of about half a second, so that something can happen to it. */
const slow: Fault = { tokensPerSecond: 400 }

async function isWhole(lab: Lab, stream: AnalysisStream): Promise<void> {
  assert.equal(await lab.read(stream), lab.whole)
}

async function failsAs(promise: Promise<unknown>, type: ErrorClass): Promise<VecTradeError> {
  const error = await promise.then(
    () => assert.fail(`is complete, and should be a ${type.name}`),
    (reason: unknown) => reason,
  )
  assert(error instanceof type, `${String(error)} should be a ${type.name}`)
  return error
}

/** Asserts that the received text is the beginning of the answer. */
function isBeginning(lab: Lab, text: string | undefined): void {
  assert(lab.whole.startsWith(text ?? ''), 'what arrived is not the beginning of the answer')
}

async function breaksOff(lab: Lab, stream: AnalysisStream, type: ErrorClass): Promise<void> {
  isBeginning(lab, (await failsAs(lab.read(stream), type)).partial?.text)
}

function oneOf<T>(lab: Lab, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(lab.random() * choices.length)] ?? choices[0]
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

const storing: readonly [StoreName, ...StoreName[]] = ['memory', 'redis']
const any: readonly [StoreName, ...StoreName[]] = ['none', 'memory', 'redis']

export const scenarios: Record<string, Scenario> = {
  complete: (lab) => isWhole(lab, lab.direct().ai.stream(lab.prompt)),

  'complete, in odd pieces': (lab) => {
    const fault = oneOf<Fault>(lab, [
      { chunkBytes: 1 },
      { chunkBytes: 7, lineEnding: 'crlf' },
      { chunkBytes: 100_000 },
      { bom: true, lineEnding: 'cr', ids: true },
    ])
    return isWhole(lab, lab.direct(fault).ai.stream(lab.prompt))
  },

  slow: (lab) => isWhole(lab, lab.direct(slow).ai.stream(lab.prompt)),

  'silent for a while': (lab) =>
    isWhole(lab, lab.direct({ stallAfterEvents: 4, stallFor: 200 }).ai.stream(lab.prompt)),

  'a 503 first': (lab) =>
    isWhole(lab, lab.direct({ status: 503, times: 1, retryAfterMs: 10 }).ai.stream(lab.prompt)),

  'cut off': (lab) => {
    const cut = oneOf<NonNullable<Fault['cut']>>(lab, ['fin', 'rst', 'clean'])
    const fault = { cutAfterEvents: oneOf(lab, [0, 1, 5, 20]), cut }
    return breaksOff(lab, lab.direct(fault).ai.stream(lab.prompt), StreamInterruptedError)
  },

  'an error event': (lab) =>
    breaksOff(lab, lab.direct({ errorAfterEvents: 5 }).ai.stream(lab.prompt), ServerError),

  'data that is not JSON': (lab) =>
    breaksOff(
      lab,
      lab.direct({ malformedAfterEvents: 3 }).ai.stream(lab.prompt),
      StreamProtocolError,
    ),

  refused: async (lab) => {
    const [status, type] = oneOf<readonly [number, ErrorClass]>(lab, [
      [401, AuthenticationError],
      [429, RateLimitError],
      [500, ServerError],
      [503, ServiceUnavailableError],
    ])
    const client = lab.direct({ status }, { maxRetries: 0, authScheme: 'x-api-key' })
    await failsAs(client.ai.stream(lab.prompt).finalText(), type)
  },

  'silent for good': (lab) => {
    const client = lab.direct({ stallAfterEvents: 2, heartbeat: 20 }, { idleTimeout: 300 })
    return breaksOff(lab, client.ai.stream(lab.prompt), TimeoutError)
  },

  'never answered': async (lab) => {
    const client = lab.direct({ hang: true }, { timeout: 200, maxRetries: 0 })
    await failsAs(client.ai.stream(lab.prompt).finalText(), TimeoutError)
  },

  aborted: async (lab) => {
    const controller = new AbortController()
    const { signal } = controller
    const stream = lab.direct({ tokensPerSecond: 50 }).ai.stream(lab.prompt, { signal })
    setTimeout(() => controller.abort(), lab.random() * 100)
    await breaksOff(lab, stream, RequestAbortedError)
  },

  left: async (lab) => {
    let text = ''
    for await (const event of lab.direct(slow).ai.stream(lab.prompt)) {
      text += event.content
      if (text.length > 50) break
    }
    isBeginning(lab, text)
  },

  'analyze()': async (lab) => {
    assert.equal((await lab.direct().ai.analyze(lab.prompt)).text, lab.whole)
  },

  'analyze(), refused': async (lab) => {
    const client = lab.direct({ status: 500 }, { maxRetries: 1 })
    await failsAs(client.ai.analyze(lab.prompt), ServerError)
  },

  'a page': (lab) => isWhole(lab, lab.page(oneOf(lab, any)).ai.stream(lab.prompt)),

  'a page, slow': (lab) => isWhole(lab, lab.page(oneOf(lab, any), slow).ai.stream(lab.prompt)),

  'a page of a bad network': (lab) =>
    isWhole(lab, lab.pageThatIsCut(oneOf(lab, storing), 2).ai.stream(lab.prompt)),

  'a page that is loaded again': async (lab) => {
    const client = lab.page(oneOf(lab, storing), slow)
    const stream = client.ai.stream(lab.prompt)
    let text = ''
    const enough = lab.random() * lab.whole.length
    for await (const event of stream) {
      text += event.content
      if (text.length > enough) break
    }
    const { id = '', lastEventId } = stream
    assert.equal(text + (await client.ai.resume(id, { lastEventId }).finalText()), lab.whole)
  },

  'a page that stops its answer': async (lab) => {
    const stream = lab.page(oneOf(lab, storing), { tokensPerSecond: 50 }).ai.stream(lab.prompt)
    await stream.response
    const reading = lab.read(stream)
    await pause(lab.random() * 100)
    await stream.stop()
    isBeginning(lab, await reading)
  },

  'a page that leaves': async (lab) => {
    for await (const _ of lab.page(oneOf(lab, any), slow).ai.stream(lab.prompt)) break
  },

  'a page whose answer is cut off': (lab) => {
    const client = lab.page(oneOf(lab, any), { cutAfterEvents: 5 })
    // The page sees that its own server could not get the answer.
    return breaksOff(lab, client.ai.stream(lab.prompt), ServiceUnavailableError)
  },

  'a page whose answer fails': (lab) => {
    const client = lab.page(oneOf(lab, any), { errorAfterEvents: 5 })
    return breaksOff(lab, client.ai.stream(lab.prompt), ServerError)
  },

  'a page that is refused': async (lab) => {
    const client = lab.page(oneOf(lab, any), { status: 429, retryAfterMs: 10 })
    await failsAs(client.ai.stream(lab.prompt).finalText(), RateLimitError)
  },
}
