import { expect, test } from 'vitest'
import { readRequest } from './analysis-request.ts'

const ask = (contentLength: string, prompt = 'p'): Promise<unknown> => {
  const headers = { 'content-length': contentLength }
  const body = JSON.stringify({ prompt })
  return readRequest(new Request('https://e/', { method: 'POST', body, headers }), 10)
}

test.for(['14', '14, 14', '-1', 'many'])(
  'a body is what it is, whatever its Content-Length says: %s',
  async (contentLength) => {
    expect(await ask(contentLength)).toEqual({ prompt: 'p' })
    await expect(ask(contentLength, 'x'.repeat(5_000))).rejects.toThrow('over 4156 bytes')
  },
)
