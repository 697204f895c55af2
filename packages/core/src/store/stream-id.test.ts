import { expect, test } from 'vitest'
import { streamIdOf, streamUrl } from './stream-id.ts'

test.for([
  ['https://e/api', 'https://e/api?stream=a%20b'],
  ['https://e', 'https://e?stream=a%20b'],
  ['https://e/api?', 'https://e/api?stream=a%20b'],
  ['https://e/api?team=%C3%A9+1', 'https://e/api?team=%C3%A9+1&stream=a%20b'],
  ['https://e/api?stream=x&a=1&stream', 'https://e/api?a=1&stream=a%20b'],
  ['https://e/api?streams=x&q=a?b', 'https://e/api?streams=x&q=a?b&stream=a%20b'],
])('the URL of a stream at %s is %s', ([endpoint = '', url = '']) => {
  expect(streamUrl(endpoint, 'a b')).toBe(url)
  expect(new URL(url).searchParams.getAll('stream')).toEqual(['a b'])
  expect(streamIdOf(url)).toBe('a b')
})

test('a URL without the parameter asks for no stream', () => {
  expect(streamIdOf('https://e/api?streams=x')).toBeUndefined()
})
