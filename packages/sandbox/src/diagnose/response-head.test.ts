import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { responseHead } from './response-head.ts'

const head = (headers: IncomingMessage['headers']) =>
  responseHead({ statusCode: 200, httpVersion: '1.1', headers } as IncomingMessage, 7)

test('keeps what matters for streaming', () => {
  expect(
    head({
      'content-type': 'Text/Event-Stream; charset=utf-8',
      'content-encoding': 'gzip',
      'content-length': '12',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      connection: 'close',
      'set-cookie': ['secret=1'],
    }),
  ).toEqual({
    status: 200,
    httpVersion: '1.1',
    at: 7,
    contentType: 'text/event-stream',
    contentEncoding: 'gzip',
    contentLength: 12,
    isChunked: false,
    closesConnection: true,
    noTransform: true,
    noBuffering: true,
  })
})

test('leaves out what is not there, and what is no word of HTTP', () => {
  const none = {
    status: 200,
    httpVersion: '1.1',
    at: 7,
    isChunked: true,
    closesConnection: false,
    noTransform: false,
    noBuffering: false,
  }
  const odd = {
    'content-type': 'a b\u001b[1m',
    'content-length': 'x',
    'content-encoding': 'identity',
  }
  expect(head({ 'transfer-encoding': 'chunked', ...odd })).toEqual(none)
})

test.each([
  ['', undefined],
  ['Identity', undefined],
  ['GZIP', 'gzip'],
  ['gzip,br', 'gzip, br'],
  ['identity, zstd ', 'zstd'],
  ['gzip\u001b[1m', 'unknown'],
])('reads the encoding %j as %j', (value, expected) => {
  expect(head({ 'content-encoding': value }).contentEncoding).toBe(expected)
})
