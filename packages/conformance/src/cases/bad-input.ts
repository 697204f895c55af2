import {
  type CallOptions,
  ConfigurationError,
  createHandler,
  decodeEventStream,
  encodeEvent,
  type FromOptions,
  fromReadableStream,
  fromResponse,
  type HandlerOptions,
  memoryStore,
  type StreamEvent,
  toReadableStream,
  toResponse,
  VecTrade,
} from '@vectrade/core'
import { assert } from 'chai'
import { type Lab, newId } from '../lab.ts'
import { bodyOf, utf8 } from './bytes.ts'
import { type Cases, forEach } from './cases.ts'

/**
 * Values that only programs without TypeScript can pass. Errors name the option; nothing is sent.
 */
const ofClient: [string, unknown][] = [
  ['authScheme', null],
  ['baseURL', null],
  ['endpoint', null],
  ['fetch', null],
  ['headers', null],
  ['headers', { 'x-a': undefined }],
  ['headers', { 'x-a': null }],
  ['idleTimeout', '5'],
  ['logger', null],
  ['logger', 'console'],
  ['maxRetries', null],
  ['timeout', null],
]

const ofCall: [string, unknown][] = [
  ['idempotencyKey', null],
  ['idempotencyKey', 7],
  ['signal', null],
  ['signal', {}],
  ['headers', null],
  ['headers', { 'x-a': undefined }],
  ['timeout', null],
  ['maxEventBytes', '5'],
]

const prompts: unknown[] = [
  undefined,
  null,
  7,
  ['p'],
  {},
  { prompt: null },
  { prompt: 'p', symbols: null },
  { prompt: 'p', symbols: 'NVDA' },
  { prompt: 'p', symbols: ['NVDA', null] },
]

async function* events(): AsyncGenerator<StreamEvent> {}
const any = <T>(value: unknown): T => value as T
const client = (): VecTrade => new VecTrade({ apiKey: 'vq_example' })
const body = (): ReadableStream<Uint8Array> => bodyOf([utf8('data: [DONE]\n\n')])

/** A function's name, the name that its error must contain, and a call with a wrong argument. */
const ofFunctions: [string, string, () => unknown][] = [
  ['fromResponse', '`response`', () => fromResponse(any(Promise.resolve(new Response(''))))],
  ['fromResponse', '`signal`', () => fromResponse(new Response(''), { signal: any(null) })],
  ['fromReadableStream', '`body`', () => fromReadableStream(any(null))],
  [
    'fromReadableStream',
    '`idleTimeout`',
    () => fromReadableStream(body(), any<FromOptions>({ idleTimeout: null })),
  ],
  ['decodeEventStream', '`body`', () => decodeEventStream(any(undefined))],
  ['decodeEventStream', '`onRetry`', () => decodeEventStream(body(), { onRetry: any(null) })],
  ['toReadableStream', 'stream of events', () => toReadableStream(any(null))],
  ['toReadableStream', '`heartbeat`', () => toReadableStream(events(), { heartbeat: any(null) })],
  ['toResponse', '`signal`', () => toResponse(events(), { signal: any(null) })],
  ['toResponse', '`headers`', () => toResponse(events(), { headers: any(null) })],
  ['toResponse', '`status`', () => toResponse(events(), { status: 204 })],
  ['toResponse', 'options', () => toResponse(events(), any(null))],
  ['memoryStore', '`maxBytes`', () => memoryStore({ maxBytes: any(null) })],
  ['memoryStore', 'options', () => memoryStore(any(null))],
  ['createHandler', 'options', () => createHandler(any<HandlerOptions>(undefined))],
  ['createHandler', '`client`', () => createHandler({ client: any(null) })],
  ['createHandler', '`authorize`', () => createHandler({ client: client(), authorize: any(null) })],
  ['createHandler', '`cors`', () => createHandler({ client: client(), cors: any(null) })],
  ['createHandler', '`heartbeat`', () => createHandler({ client: client(), heartbeat: any(null) })],
  [
    'createHandler',
    '`publicOrigin`',
    () => createHandler({ client: client(), publicOrigin: 'https://example.com/' }),
  ],
  ['createHandler', '`store`', () => createHandler({ client: client(), store: any({}) })],
]

/**
 * Wrong options and arguments cause the same kind of error. It names them, but not their values.
 */
export function badInput(lab: Lab): Cases {
  const named = (act: () => unknown, name: string): void =>
    assert.throws(act, ConfigurationError, name)

  return {
    ...forEach(
      ofClient,
      ([name, value]) => `of a client, ${name}: ${JSON.stringify(value)}`,
      async ([name, value]) => {
        const { baseURL, apiKey } = await lab.addresses()
        const options = { baseURL, apiKey, [name]: value }
        named(() => lab.options.createClient(options), `\`${name}\``)
      },
    ),

    ...forEach(
      ofCall,
      ([name, value]) => `of a call, ${name}: ${JSON.stringify(value)}`,
      async ([name, value]) => {
        const id = newId()
        const { ai } = await lab.client()
        const options = { headers: { 'x-lab-call': id }, [name]: value } as CallOptions
        named(() => ai.stream('p', options), `\`${name}\``)
        const [settled] = await Promise.allSettled([ai.analyze('p', options)])
        assert.propertyVal(settled, 'status', 'rejected')
        assert.deepEqual(await lab.seen({ id }), [])
      },
    ),

    ...forEach(
      prompts,
      (prompt) => `${JSON.stringify(prompt)} for a prompt`,
      async (prompt) => {
        const { ai } = await lab.client()
        named(() => ai.stream(any(prompt)), 'symbols')
      },
    ),

    ...forEach(
      ofFunctions,
      ([name, part]) => `of ${name}, ${part}`,
      async ([, part, act]) => named(act, part),
    ),

    async 'no options at all, be they null or a text'() {
      const { ai } = await lab.client()
      for (const options of [null, 'vq_secret']) {
        named(() => ai.stream('p', any<CallOptions>(options)), 'must be an object')
      }
      assert.throws(() => encodeEvent(any(null)), TypeError, 'object')
    },
  }
}
