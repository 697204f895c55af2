import {
  createHandler,
  type HandlerOptions,
  memoryStore,
  type StreamStore,
  toReadableStream,
  toResponse,
} from '@vectrade/core'
import { lastChunk } from '@vectrade/test-kit/raw-server'
import { type Answer, answer, eventStream } from '../hostile-server.ts'
import { marks } from '../marks.ts'
import { type Lab, Sent, type Situation } from '../situation.ts'
import { bodies } from './answers.ts'

const { key, credential, prompt, payload, own } = marks

const text = `data: {"type":"text","content":"${payload}"}\n\n`
const whole = eventStream(`${text}data: [DONE]\n\n`) + lastChunk

/** Returns everything that a page, the log and `onError` get for a request to an endpoint. */
async function serve(
  lab: Lab,
  upstream: Answer,
  options: Partial<HandlerOptions> = {},
  request: RequestInit & { path?: string } = {},
): Promise<unknown[]> {
  const told: unknown[] = []
  const handler = createHandler({
    client: lab.client(upstream, { headers: { 'x-auth-token': credential } }),
    logger: lab.logger,
    onError: (error) => void told.push(error),
    ...options,
  })
  const { path = '', ...init } = request
  const body = JSON.stringify({ prompt })
  const response = await handler(
    new Request(`http://127.0.0.1/api${path}`, {
      method: 'POST',
      ...(!init.method && { body }),
      ...init,
    }),
  )
  const sent = `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`
  // A program may see anything in its own exceptions.
  return [new Sent(sent), ...told.filter((error) => !String(error).includes(own))]
}

/** Throws the program's own error, with texts that no page must see. */
function fail(): never {
  throw new Error(`postgres://admin:${own}@db/${own}`, { cause: { [own]: own } })
}

const failingStore = (broken: Partial<StreamStore>): StreamStore => {
  const store = memoryStore()
  return {
    lease: store.lease,
    create: (id, options) => store.create(id, options),
    find: (id) => store.find(id),
    read: (id, after, signal) => store.read(id, after, signal),
    stop: (id) => store.stop(id),
    expire: (id) => store.expire(id),
    ...broken,
  }
}

const stored = { method: 'GET', path: `?stream=${'a'.repeat(22)}` }

const wrong: Record<string, [Partial<HandlerOptions>, (RequestInit & { path?: string })?]> = {
  'authorize throws': [{ authorize: fail }],
  'authorize rejects': [{ authorize: async () => fail() }],
  'authorize returns a text': [{ authorize: () => own as never }],
  'authorize returns a used response': [
    {
      authorize: () => {
        const response = new Response(own)
        void response.text()
        return response
      },
    },
  ],
  'owner throws': [{ owner: fail }],
  'owner returns an object': [{ owner: () => ({ own }) as never }],
  'onError throws': [{ authorize: fail, onError: fail }],
  'the store cannot create': [{ store: failingStore({ create: async () => fail() }) }],
  'the store cannot find': [{ store: failingStore({ find: async () => fail() }) }, stored],
  'the store cannot stop': [
    {
      store: failingStore({
        find: async () => ({ owner: '', length: 1, outcome: undefined }),
        stop: async () => fail(),
      }),
    },
    { ...stored, method: 'DELETE' },
  ],
  'the store cannot read': [
    {
      store: failingStore({
        find: async () => ({ owner: '', length: 1, outcome: undefined }),
        async *read() {
          yield { id: 1, data: '{"type":"text","content":"a"}' }
          fail()
        },
      }),
    },
    stored,
  ],
  'the store cannot append': [
    {
      store: failingStore({
        create: async () => ({
          stopped: new AbortController().signal,
          append: async () => fail(),
          renew: async () => fail(),
          finish: async () => fail(),
        }),
      }),
    },
  ],
  'the logger throws': [
    { store: failingStore({ create: async () => fail() }), logger: { warn: fail } },
  ],
  'a body that is not JSON': [{}, { method: 'POST', body: `{"prompt":"${prompt}` }],
  'a body without a prompt': [{}, { method: 'POST', body: JSON.stringify({ question: prompt }) }],
  'a prompt too long': [{ maxPromptLength: 5 }],
  'invalid symbols': [
    {},
    { method: 'POST', body: JSON.stringify({ prompt, symbols: [prompt, 1] }) },
  ],
  'a body too long': [{ maxPromptLength: 5 }, { method: 'POST', body: prompt.repeat(9_000) }],
  'another method': [{}, { method: 'PUT', body: prompt }],
  'another origin': [
    {},
    { method: 'POST', body: prompt, headers: { origin: `https://${own}.example` } },
  ],
  'an unknown stream': [{ store: memoryStore() }, stored],
}

/** Endpoints with a fault in the upstream, the program or the caller. */
export const serving: readonly Situation[] = [
  ...Object.entries(wrong).map(([name, [options, request]]): Situation => ({
    name: `endpoint: ${name}`,
    run: (lab) => serve(lab, whole, options, request),
  })),
  ...[400, 401, 403, 429, 500, 503].flatMap((status) =>
    Object.entries(bodies).map(([shape, body]): Situation => ({
      name: `endpoint: upstream says ${status}, ${shape}`,
      run: (lab) => serve(lab, answer(status, body, { 'x-request-id': key })),
    })),
  ),
  ...Object.entries<Answer>({
    'a redirect': answer(307, payload, { location: `http://${key}.example/${prompt}` }),
    'a page': answer(200, `<h1>${key}`, { 'content-type': `text/html; k=${key}` }),
    'bytes that are not HTTP': `${key}\r\n\r\n`,
    'an error later': eventStream(`${text}event: error\ndata: ${bodies['flat']}\n\n`) + lastChunk,
    'a cut': eventStream(text),
    'data that is not JSON': eventStream(`${text}data: ${key}\n\n`),
    'a broken chunk': `${eventStream(text)}ZZ${key}\r\n`,
    'no answer': '',
  }).flatMap(([name, upstream]): Situation[] => [
    { name: `endpoint: upstream sends ${name}`, run: (lab) => serve(lab, upstream) },
    {
      name: `endpoint with a store: upstream sends ${name}`,
      run: (lab) => serve(lab, upstream, { store: memoryStore() }),
    },
    {
      name: `endpoint with an early first byte: upstream sends ${name}`,
      run: (lab) => serve(lab, upstream, { firstByteAfter: 0 }),
    },
  ]),
  ...Object.entries<() => AsyncIterable<never>>({
    fails: async function* () {
      yield { type: 'text', content: 'a' } as never
      fail()
    },
    'yields a value that is not an event': async function* () {
      yield { type: 'text', content: 10n } as never
      fail()
    },
  }).map(([name, source]): Situation => ({
    name: `a source that ${name}`,
    run: async () => [
      new Sent(await new Response(toReadableStream(source())).text()),
      new Sent(await toResponse(source()).text()),
    ],
  })),
]
