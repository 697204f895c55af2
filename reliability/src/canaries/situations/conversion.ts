import {
  decodeEventStream,
  encodeEvent,
  fromReadableStream,
  fromResponse,
  memoryStore,
} from '@vectrade/core'
import { failureOf, type Situation } from '../situation.ts'
import { marks } from '../marks.ts'

const { payload, prompt } = marks

const bytes = (text: string): ReadableStream<Uint8Array> =>
  new Response(text).body as ReadableStream<Uint8Array>

/** Bodies from anywhere, and stores. */
export const conversion: readonly Situation[] = [
  ...Object.entries({
    'data that is not JSON': `data: ${payload}\n\n`,
    'a cut': `data: {"type":"text","content":"${payload}"}\n\n`,
    'half an event': `data: {"type":"text","content":"${payload}`,
    'an error': `event: error\ndata: {"error":{"type":"x"},"p":"${payload}"}\n\n`,
    nothing: '',
  }).flatMap(([what, text]): Situation[] => [
    {
      name: `a body with ${what}`,
      run: () => failureOf(fromReadableStream(bytes(text)).finalText()),
    },
    {
      name: `a response with ${what}`,
      run: () =>
        failureOf(
          fromResponse(
            new Response(text, { headers: { 'content-type': 'text/event-stream' } }),
          ).finalText(),
        ),
    },
    {
      name: `a response of another type with ${what}`,
      run: () => failureOf(fromResponse(new Response(text)).finalText()),
    },
  ]),
  {
    name: 'messages over the limit',
    run: () =>
      failureOf(async () => {
        for await (const _ of decodeEventStream(bytes(`data: ${payload.repeat(99)}\n\n`), {
          maxEventBytes: 99,
        }));
      }),
  },
  ...Object.entries<unknown>({
    'an event of two lines': { event: `${payload}\n`, data: payload },
    'an id with NUL': { id: `${payload}\0`, data: payload },
    'data that is not text': { data: { payload } },
    'an invalid retry': { data: payload, retry: payload },
    'a message that is not an object': payload,
  }).map(([what, message]): Situation => ({
    name: `encoded: ${what}`,
    run: () => failureOf(() => encodeEvent(message as never)),
  })),
  {
    name: 'a used body',
    run: async () => {
      const response = new Response(payload)
      await response.text()
      return failureOf(fromReadableStream(response.body as ReadableStream<Uint8Array>).finalText())
    },
  },
  { name: 'an invalid body', run: () => failureOf(() => fromReadableStream(payload as never)) },
  {
    name: 'an invalid response',
    run: () => failureOf(() => fromResponse({ payload } as never)),
  },
  ...Object.entries({
    'a stream that exists': {},
    'a stream over maxEvents': { maxEvents: 1 },
    'a stream over maxBytes': { maxBytes: 10 },
    'a store that is full': { maxStreams: 1 },
  }).map(([what, limits]): Situation => ({
    name: `stored: ${what}`,
    run: async () => {
      const store = memoryStore(limits)
      const producer = await store.create('a', { owner: prompt })
      return failureOf(async () => {
        await producer.append([{ data: payload }, { data: payload }])
        await store.create('maxStreams' in limits ? 'b' : 'a')
      })
    },
  })),
  {
    name: 'stored: invalid limits',
    run: () => failureOf(() => memoryStore({ lease: payload as never })),
  },
]
