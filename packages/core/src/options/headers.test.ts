import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headersToSend, isHeaderName } from './headers.ts'

const server = createServer((req, res) => {
  const body = req.url === '/gzip' ? gzipSync('Héllo') : Buffer.from('Héllo')
  res.writeHead(200, {
    ...(req.url === '/gzip' && { 'content-encoding': 'gzip' }),
    'content-length': body.length,
    connection: 'close, x-hop',
    'x-hop': '1',
    'x-own': '2',
    'set-cookie': ['a=1', 'b=2'],
  })
  res.end(body)
})
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())
const get = (path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)

test('headers about the connection and the decoded body are left out', async () => {
  const response = await get('/gzip')
  expect(response.headers.get('content-encoding')).toBe('gzip')
  const headers = headersToSend(response)
  headers.delete('date')
  expect([...headers]).toEqual([
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
    ['x-own', '2'],
  ])
})

test('a correct length stays, and so do the encoding and length of a response of your own', async () => {
  expect(headersToSend(await get('/')).get('content-length')).toBe('6')
  const headers = { 'content-encoding': 'gzip', 'content-length': '25', etag: '"a"' }
  const own = new Response(gzipSync('Héllo'), { headers })
  expect(Object.fromEntries(headersToSend(own))).toEqual(headers)
})

test.for([
  ['x-own', true],
  ["X!#$%&'*+-.^_`|~0", true],
  ['', false],
  ['a b', false],
  ['a:b', false],
  ['é', false],
  ['a\r\nb', false],
] as const)('%j can be the name of a header: %j', ([name, is]) => {
  expect(isHeaderName(name)).toBe(is)
})
