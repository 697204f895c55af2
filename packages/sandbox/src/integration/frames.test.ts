import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Frame } from '../frame.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { prompt, rawRequest } from '../test-support/raw-request.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0 })
})
afterAll(() => sandbox.close())

/** Returns the blocks of a stream. Blank lines separate them. */
function blocksOf(body: Buffer): string[] {
  return body.toString().split('\n\n').slice(0, -1)
}

const timeStamp = /^event: ping\ndata: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const greeting = /^data: \{"type":"greeting","message":"connected"\}$/

describe.each([0, 1, 4])('after %i events', (position) => {
  test.each<[Frame, RegExp]>([
    ['empty', /^data: ?$/],
    ['empty-id', new RegExp(`^id: ${position}\ndata: ?$`)],
    ['ping', timeStamp],
    ['greeting', greeting],
  ])(
    'the frame %s is at its position, and everything else is unchanged',
    async (frame, expected) => {
      for (const ids of [false, true]) {
        const whole = blocksOf((await rawRequest(sandbox, { fault: { ids } })).body)
        const fault = { ids, frame, frameAfterEvents: position }
        const blocks = blocksOf((await rawRequest(sandbox, { fault })).body)
        expect(blocks[position]).toMatch(expected)
        expect(blocks.toSpliced(position, 1)).toEqual(whole)
        expect(sandbox.requests.at(-1)).toMatchObject({ eventsSent: whole.length - 1 })
      }
    },
  )
})

test('a frame without a position comes first, on every attempt', async () => {
  const headers = { 'idempotency-key': 'greeted' }
  for (const attempt of [1, 2, 3]) {
    const fault = { frame: 'greeting', ids: true, cutAfterEvents: 2 } as const
    const blocks = blocksOf((await rawRequest(sandbox, { headers, fault })).body)
    expect(blocks[0]).toMatch(greeting)
    expect(blocks.slice(1).map((block) => block.split('\n')[0])).toEqual(['id: 1', 'id: 2'])
    expect(sandbox.requests.at(-1)).toMatchObject({ attempt, eventsSent: 2, closed: 'fault' })
  }
})

test('a frame can come after the last event, and comes before a cut at the same position', async () => {
  const whole = blocksOf((await rawRequest(sandbox)).body)
  const frameAfterEvents = whole.length - 1
  const last = await rawRequest(sandbox, { fault: { frame: 'ping', frameAfterEvents } })
  expect(blocksOf(last.body).at(-2)).toMatch(timeStamp)
  const cut = await rawRequest(sandbox, { fault: { frame: 'empty', cutAfterEvents: 0 } })
  expect(cut.body.toString()).toMatch(/^data: ?\n\n$/)
})

test('a JSON answer has no frames', async () => {
  const body = JSON.stringify({ prompt, stream: false })
  const plain = await rawRequest(sandbox, { body })
  const answer = await rawRequest(sandbox, { body, fault: { frame: 'greeting' } })
  expect(answer.body.equals(plain.body)).toBe(true)
})
