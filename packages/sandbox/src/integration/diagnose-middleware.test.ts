import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Transform } from 'node:stream'
import {
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
  type ZlibOptions,
} from 'node:zlib'
import { expect, test } from 'vitest'
import { diagnoseEndpoint } from '../diagnose/diagnose-endpoint.ts'

/** Diagnoses an endpoint that sends 40 events in 4 s through a middleware. */
async function diagnose(encoding: string, middleware: Transform) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding })
    middleware.pipe(response)
    let sent = 0
    const timer = setInterval(() => {
      sent += 1
      middleware.write(`data: {"type":"text","content":"${sent}"}\n\n`)
      if (sent < 40) return
      clearInterval(timer)
      middleware.end('data: [DONE]\n\n')
    }, 100)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { findings, measured } = await diagnoseEndpoint(`http://127.0.0.1:${port}/`)
  server.close()
  expect(measured).toMatchObject({ events: 41, ending: 'answered' })
  return findings
}

const flush: ZlibOptions = { flush: constants.Z_SYNC_FLUSH }

test.concurrent.each([
  ['gzip', () => createGzip(flush)],
  ['deflate', () => createDeflate(flush)],
  ['br', () => createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH })],
  ['zstd', () => createZstdCompress({ flush: constants.ZSTD_e_flush })],
] as const)(
  'a stream with %s that flushes each event is compressed, and in time',
  async (name, create) => {
    expect(await diagnose(name, create())).toMatchObject([{ type: 'compressed', encoding: name }])
  },
)

test.concurrent('a stream with gzip that flushes only at its end is compressed and held', async () => {
  expect(await diagnose('gzip', createGzip())).toMatchObject([
    { type: 'buffered', evidence: 'burst', eventsAtOnce: 41 },
    { type: 'compressed', encoding: 'gzip' },
  ])
})

test.concurrent('a stream that is flushed once a second is held', async () => {
  const waiting: Buffer[] = []
  const flushing = setInterval(() => {
    if (waiting.length > 0) middleware.push(Buffer.concat(waiting.splice(0)))
  }, 1000)
  const middleware = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      waiting.push(bytes)
      done()
    },
    flush(done) {
      clearInterval(flushing)
      done(null, Buffer.concat(waiting))
    },
  })
  expect(await diagnose('identity', middleware)).toMatchObject([
    { type: 'buffered', evidence: 'groups', certainty: 'likely' },
  ])
})

test.concurrent.each([
  ['gzip', 'that is none, and ends', true],
  ['gzip', 'that is none, and stays open', false],
  ['br', 'that is none, and ends', true],
  ['compress', 'that it cannot decompress', false],
  ['gzip, br', 'in two steps', false],
])('says at once that it cannot read %s %s', async (encoding, _, isOver) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding })
    response.write('data: {"type":"text","content":"Hi"}\n\n')
    if (isOver) response.end('data: [DONE]\n\n')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { findings, measured } = await diagnoseEndpoint(`http://127.0.0.1:${port}/`)
  server.close()
  expect(findings).toMatchObject([{ type: 'compressed', encoding }])
  expect(findings[0]?.message).toContain('cannot decompress')
  expect(measured.ending).toBe('unreadable')
  // The option `idle` is 65 s.
  expect(measured.endedAt).toBeLessThan(30_000)
})

test.concurrent('says that a compressed response was cut', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
    const middleware = createGzip(flush)
    middleware.on('data', (bytes: Buffer) => response.write(bytes))
    middleware.write('data: {"type":"text","content":"Hi"}\n\n')
    setTimeout(() => response.end(), 500)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { findings, measured } = await diagnoseEndpoint(`http://127.0.0.1:${port}/`)
  server.close()
  expect(measured).toMatchObject({ events: 1, ending: 'ended' })
  expect(findings).toMatchObject([{ type: 'compressed' }, { type: 'cut', ending: 'clean' }])
})
