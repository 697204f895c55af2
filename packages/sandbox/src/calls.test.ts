import { expect, test } from 'vitest'
import { Calls } from './calls.ts'

test('a call is forgotten after 10,000 other calls', () => {
  const calls = new Calls()
  const body = { prompt: 'x', symbols: [] }
  const send = (key: string): void => void calls.analyze(calls.attempt(key, body, false), body)
  send('first')
  for (let sent = 0; sent < 10_000; sent += 1) send(`other-${sent}`)
  expect(calls.analysesRun).toBe(10_001)
  send('first')
  expect(calls.analysesRun).toBe(10_002)
  send('other-9999')
  expect(calls.analysesRun).toBe(10_002)
})
