import {
  ConfigurationError,
  createHandler,
  fromResponse,
  type HandlerOptions,
  RateLimitError,
} from '@vectrade/core'
import type { Fault } from '@vectrade/sandbox/handler'
import { assert } from 'chai'
import type { Serve } from '../options.ts'
import { type Lab, labHeaders, newId } from '../lab.ts'
import type { OutsideCall } from '../lab/call.ts'
import type { Caller } from '../lab/vanish.ts'
import { type Cases, forEach } from './cases.ts'
import { whileServedBy } from './while-served-by.ts'

type Handler = Parameters<Serve>[0]

/** The fault of the request to VecTrade, and how the caller of the handler goes away. */
const vanishing: [string, Fault, Pick<Caller, 'how' | 'after' | 'unread' | 'apart'>][] = [
  ['while events flow, FIN', { tokensPerSecond: 50 }, { how: 'fin', after: 'event' }],
  ['while events flow, RST', { tokensPerSecond: 50 }, { how: 'rst', after: 'event' }],
  ['while nothing comes, FIN', { stallAfterEvents: 3 }, { how: 'fin', after: 'event' }],
  ['while nothing comes, RST', { stallAfterEvents: 3 }, { how: 'rst', after: 'event' }],
  ['before there is an answer, RST', { hang: true }, { how: 'rst', after: 'request' }],
  [
    'having read nothing, RST',
    // Large pieces soon fill the buffers on the way, also on a busy machine.
    { events: 1_000_000, chunkBytes: 100_000 },
    { how: 'rst', after: 'request', unread: true },
  ],
]

/** The same for servers that notice without a write that a caller has gone. */
const vanishingEarly: typeof vanishing = [
  ['before there is an answer, FIN', { hang: true }, { how: 'fin', after: 'request' }],
  [
    'before there is an answer, its body after its head, RST',
    { hang: true },
    { how: 'rst', after: 'request', apart: true },
  ],
]

const refused: [string, Omit<OutsideCall, 'url'>, HandlerFields, number][] = [
  ['GET', { method: 'GET' }, {}, 405],
  ['no JSON', { body: 'prompt=a' }, {}, 422],
  ['no prompt', { body: '{"prompt":" "}' }, {}, 422],
  ['a prompt too long', { body: JSON.stringify({ prompt: 'a'.repeat(101) }) }, {}, 422],
  ['a body too large', { body: `{"prompt":"${'a'.repeat(20_000)}"}` }, {}, 413],
  ['who may not', {}, { authorize: () => 403 }, 403],
  ['who is not known', {}, { authorize: async () => false }, 401],
  ['a page of another origin', { headers: { origin: 'https://evil.example' } }, {}, 403],
]

type HandlerFields = Omit<HandlerOptions, 'client'>

/** Handlers that this runtime serves, and their callers. */
export function serving(lab: Lab): Cases {
  const { serve, hearsLeaving } = lab.options.capabilities ?? {}
  if (serve === undefined) return {}
  const callers = hearsLeaving ? [...vanishing, ...vanishingEarly] : vanishing

  /** The two ways to serve. Both make a new call for each request. */
  const relay =
    (id: string, fault: Fault): Handler =>
    async () => {
      const call = await lab.ask(fault, { id })
      return call.stream.toResponse({ heartbeat: 250 })
    }
  const handler =
    (id: string, fault: Fault, options: HandlerFields = {}): Handler =>
    async (request) => {
      const client = await lab.client({ headers: labHeaders(id, fault) })
      return createHandler({ client, heartbeat: 250, maxPromptLength: 100, ...options })(request)
    }
  const whileServed = (served: Handler, use: (url: string) => Promise<void>): Promise<void> =>
    whileServedBy(serve, served, use)

  return {
    ...forEach(
      Object.entries({ toResponse: relay, createHandler: handler }).flatMap(([name, make]) =>
        callers.map((row) => ({ name, make, row })),
      ),
      ({ name, row: [when] }) => `${name}: a caller who vanishes ends the request, ${when}`,
      async ({ make, row: [, fault, caller] }) => {
        const id = newId()
        await whileServed(make(id, fault), async (url) => {
          await lab.vanish({ ...caller, url, call: id })
          await lab.assertLeft({ id })
        })
      },
    ),

    async 'createHandler: an answer arrives whole'() {
      await whileServed(handler(newId(), {}), async (url) => {
        const { text, citations } = await fromResponse(await lab.call({ url })).finalAnalysis()
        assert.match(text, /simulated/i)
        assert.isAbove(citations.length, 0)
      })
    },

    ...forEach(
      refused,
      ([name, , , status]) => `createHandler: ${name} is ${status}, and nothing is asked`,
      async ([, init, options, status]) => {
        const id = newId()
        await whileServed(handler(id, {}, options), async (url) => {
          const response = await lab.call({ url, ...init })
          assert.equal(response.status, status)
          assert.nestedProperty(await response.json(), 'error.message')
          assert.deepEqual(await lab.seen({ id }), [])
        })
      },
    ),

    async 'createHandler: who is refused upstream hears it as a status'() {
      const fault = { status: 429, retryAfter: 7 }
      await whileServed(handler(newId(), fault), async (url) => {
        const response = await lab.call({ url })
        assert.equal(response.status, 429)
        assert.equal(response.headers.get('retry-after'), '7')
        const [settled] = await Promise.allSettled([fromResponse(response).finalText()])
        assert(settled.status === 'rejected')
        assert.instanceOf(settled.reason, RateLimitError)
      })
    },

    async "createHandler: the caller's headers go no further"() {
      const id = newId()
      await whileServed(handler(id, {}), async (url) => {
        const headers = { cookie: 'a=b', authorization: 'Bearer theirs', 'x-theirs': '1' }
        await (await lab.call({ url, headers })).text()
      })
      const [request] = await lab.seen({ id })
      assert.doesNotHaveAnyKeys(request?.headers, ['cookie', 'x-theirs'])
    },

    async 'createHandler: a first byte goes out in time, and later refusals are events'() {
      const fault = { delay: 600, status: 500 }
      await whileServed(handler(newId(), fault, { firstByteAfter: 100 }), async (url) => {
        const response = await lab.call({ url })
        assert.equal(response.status, 200)
        const text = await response.text()
        assert.match(text, /^:/)
        assert.match(text, /event: error/)
      })
    },

    async 'createHandler: allowed origins may send the headers that they name'() {
      const origin = 'https://app.example.com'
      await whileServed(handler(newId(), {}, { cors: { origins: [origin] } }), async (url) => {
        const ask = async (from: string): Promise<string[] | undefined> => {
          const headers = {
            origin: from,
            'access-control-request-headers': 'traceparent,x-tenant,a b',
          }
          const preflight = await lab.call({ url, method: 'OPTIONS', headers })
          return preflight.headers.get('access-control-allow-headers')?.split(/, */)
        }
        const allowed = await ask(origin)
        assert.includeMembers(allowed ?? [], ['traceparent', 'x-tenant', 'Content-Type'])
        assert.notInclude(allowed ?? [], 'a b')
        assert.isUndefined(await ask('https://evil.example'))
      })
    },

    async 'createHandler: pages at its publicOrigin may call, whatever Host says'() {
      const publicOrigin = 'http://192.168.0.5:5173'
      await whileServed(handler(newId(), {}, { publicOrigin }), async (url) => {
        const own = await lab.call({ url, headers: { origin: publicOrigin } })
        assert.equal(own.status, 200)
        assert.isNull(own.headers.get('access-control-allow-origin'))
        const other = await lab.call({ url, headers: { origin: 'http://192.168.0.5:5174' } })
        assert.equal(other.status, 403)
        assert.include(await other.text(), 'publicOrigin')
      })
    },

    async 'createHandler: authorize may read a copy of the body, but not the body itself'() {
      const told: unknown[] = []
      const seen: unknown[] = []
      const options = (copy: boolean): HandlerFields => ({
        onError: (error) => told.push(error),
        authorize: async (request) => {
          seen.push(await (copy ? request.clone() : request).json())
          return true
        },
      })
      await whileServed(handler(newId(), {}, options(true)), async (url) => {
        const response = await lab.call({ url })
        assert.equal(response.status, 200)
        assert.match(await fromResponse(response).finalText(), /simulated/i)
      })
      const id = newId()
      await whileServed(handler(id, {}, options(false)), async (url) => {
        assert.equal((await lab.call({ url })).status, 500)
        assert.deepEqual(await lab.seen({ id }), [])
      })
      assert.deepEqual(seen, [{ prompt: 'Bull case?' }, { prompt: 'Bull case?' }])
      assert.lengthOf(told, 1)
      assert.instanceOf(told[0], ConfigurationError)
      assert.include(String(told[0]), '`request.clone()`')
    },

    ...forEach(
      ['fin', 'rst'] as const,
      (how) =>
        `createHandler: a caller who breaks off its body is no mistake of the server, ${how}`,
      async (how) => {
        const told: unknown[] = []
        let asked = 0
        const authorize = async (request: Request): Promise<boolean> => {
          asked += 1
          await request.clone().text()
          return true
        }
        for (const options of [{}, { authorize }]) {
          const onError = (error: unknown): void => void told.push(error)
          await whileServed(handler(newId(), {}, { ...options, onError }), async (url) => {
            await lab.vanish({ url, how, after: 'half', call: newId() })
            // Longer than any server on an idle machine takes to notice that.
            await new Promise((resolve) => setTimeout(resolve, 300))
          })
        }
        assert.equal(asked, 1)
        assert.deepEqual(told, [])
      },
    ),

    async 'createHandler: authorize may answer with a Response of its own'() {
      const authorize = (): Response => {
        const headers = new Headers({
          connection: 'x-hop',
          'keep-alive': 'timeout=86400',
          vary: 'Cookie',
          'x-hop': '1',
          'x-own': '1',
        })
        return new Response('pay first', { status: 402, headers })
      }
      const origin = 'https://app.example.com'
      const options = { authorize, cors: { origins: [origin] } }
      await whileServed(handler(newId(), {}, options), async (url) => {
        const { status, headers } = await lab.call({ url, headers: { origin } })
        assert.equal(status, 402)
        assert.equal(headers.get('x-own'), '1')
        assert.match(headers.get('vary') ?? '', /Cookie.*Origin/)
        assert.isNull(headers.get('x-hop'))
        assert.notEqual(headers.get('keep-alive'), 'timeout=86400')
      })
    },

    async 'createHandler: allowed origins get CORS headers'() {
      const origin = 'https://app.example.com'
      const options = { cors: { origins: [origin], credentials: true } }
      await whileServed(handler(newId(), {}, options), async (url) => {
        const preflight = await lab.call({ url, method: 'OPTIONS', headers: { origin } })
        assert.equal(preflight.status, 204)
        assert.equal(preflight.headers.get('access-control-allow-origin'), origin)
        const response = await lab.call({ url, headers: { origin } })
        assert.equal(response.headers.get('access-control-allow-credentials'), 'true')
      })
    },
  }
}
