import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './extract.ts'

const page = readFileSync(join(root, 'docs/deploying.md'), 'utf8')

/** Returns the number that the page has after some text. */
function numberAfter(text: string): number {
  const [, rest = ''] = page.split(text)
  return Number(/^\d[\d_]*/.exec(rest)?.[0].replaceAll('_', ''))
}

test('the platforms give more time than the deadline of the server takes', () => {
  const deadline = numberAfter('client.close(), ') / 1000
  expect(deadline).toBe(25)
  expect(numberAfter('\nkill_timeout = ')).toBeGreaterThan(deadline)
  const pause = numberAfter('            seconds: ')
  expect(pause).toBeGreaterThan(0)
  expect(numberAfter('  terminationGracePeriodSeconds: ')).toBeGreaterThan(deadline + pause)
})

test('the idle limits of the proxies are longer than the time between two heartbeats', () => {
  for (const setting of ['proxy_read_timeout ', 'timeout client ', 'timeout server ']) {
    expect(numberAfter(setting)).toBeGreaterThan(15)
  }
})
