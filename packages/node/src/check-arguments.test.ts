import Fastify from 'fastify'
import Koa from 'koa'
import { describe, expect, test } from 'vitest'
import { source, text } from './test-support/sources.ts'
import { serve } from '@vectrade/test-kit/web-server'
import {
  ConfigurationError,
  pipeToResponse,
  toNodeHandler,
  toNodeReadable,
  VecTrade,
} from './index.ts'

describe('pipeToResponse', () => {
  test.for<[string, Record<string, unknown> | string | null]>([
    ['req', { req: {} }],
    ['req', { req: null }],
    ['heartbeat', { heartbeat: null }],
    ['signal', { signal: {} }],
    ['status', { status: 204 }],
    ['headers', { headers: null }],
    ['{ req: … }', null],
    ['{ req: … }', 'text'],
  ])(
    'names an invalid %s and does not touch the stream or the response: %j',
    async ([name, options]) => {
      let error: unknown
      const events = source([text('a')])
      await using server = await serve(async (_, res) => {
        error = await pipeToResponse(events, res, options as object).catch(
          (thrown: unknown) => thrown,
        )
        res.end('not touched')
      })
      expect(await (await fetch(server.url)).text()).toBe('not touched')
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(String(error)).toContain(name)
      expect(events).toMatchObject({ taken: 0, returned: 0 })
    },
  )

  test.for([undefined, null, {}, new Response('')])(
    'names an invalid response: %o',
    async (res) => {
      const piped = pipeToResponse(source([]), res as never)
      await expect(piped).rejects.toThrow(ConfigurationError)
      await expect(piped).rejects.toThrow('`res`')
    },
  )

  test('names the property of a framework that holds the response', async () => {
    const problems: unknown[] = []
    const note = (error: unknown): void => void problems.push(error)
    const fastify = Fastify()
    fastify.get('/', async (_, reply) => {
      await pipeToResponse(source([]), reply as never).catch(note)
      return 'ok'
    })
    const koa = new Koa()
    koa.use(async (ctx) => {
      await pipeToResponse(source([]), ctx as never).catch(note)
      ctx.body = 'ok'
    })
    expect((await fastify.inject('/')).payload).toBe('ok')
    await fastify.close()
    await using server = await serve(koa.callback())
    expect(await (await fetch(server.url)).text()).toBe('ok')
    expect(problems).toHaveLength(2)
    for (const problem of problems) {
      expect(problem).toBeInstanceOf(ConfigurationError)
      expect(String(problem)).toMatch(/`reply.raw`.*`ctx.res`/)
    }
  })
})

describe('toNodeHandler', () => {
  test.for([undefined, null, {}, Promise.resolve(() => new Response(''))])(
    'names an invalid handler: %o',
    (handler) => {
      expect(() => toNodeHandler(handler as never)).toThrow(ConfigurationError)
      expect(() => toNodeHandler(handler as never)).toThrow('`handler`')
    },
  )

  test('names an invalid request or response', async () => {
    const handler = toNodeHandler(() => new Response('ok'))
    const request = new Request('https://app.example/')
    await expect(handler(request as never, {} as never)).rejects.toThrow(/`req`.*`request.raw`/)
    await using server = await serve((req, res) => {
      void handler(req, {} as never).catch((error: unknown) => res.end(String(error)))
    })
    expect(await (await fetch(server.url)).text()).toMatch(/ConfigurationError.*`res`/)
  })
})

test('toNodeReadable names an invalid option', () => {
  const make = (): unknown => toNodeReadable(source([]), { heartbeat: null as never })
  expect(make).toThrow(ConfigurationError)
  expect(make).toThrow('`heartbeat`')
})

test('a client names an invalid option', () => {
  expect(() => new VecTrade(null as never)).toThrow(ConfigurationError)
  expect(() => new VecTrade('vq_secret' as never)).toThrow(/^(?!.*secret).*\{ apiKey: … \}/)
})
