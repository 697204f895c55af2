import { startSandbox } from '@vectrade/sandbox'
import { describe, expect, test } from 'vitest'
import { runOnTerminal } from './test-support/run-demo.ts'
import { serveEvents } from './test-support/serve-events.ts'

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

// oxlint-disable-next-line no-control-regex -- escape sequences begin with one
const sequences = /\u001b\[[?\d;]*[A-Za-z]/g

describe.concurrent('on a terminal', () => {
  test('a spinner until the first token, then colors, wrapped lines and the summary', async () => {
    const { stdout, code } = await runOnTerminal('--tokens-per-second 0')
    const [before = '', after = ''] = stdout.split(showCursor)
    expect(before).toContain(hideCursor)
    expect(before).toMatch(/⠋[^]*Thinking[^]*⠙[^]*Thinking/)
    expect(before.replace(sequences, '')).toMatch(
      /^Simulated answer[^\n]*\r\nNo question was given, so here is one:\r\n\r\n❯ What's the bull case for NVDA\?\r\n/,
    )
    expect(after).toContain('\u001b[1mNVDA\u001b[22m')
    expect(after).toContain('\u001b[36m[1]\u001b[39m')
    expect(after).toContain('\u001b[2mhttps://filings.example.com/nvda/annual-report\u001b[22m')

    const lines = after.replace(sequences, '').split('\r\n')
    expect(lines[0]).toBe('The bull case: NVDA')
    expect(lines).toContain('Sources')
    const answer = lines.slice(0, lines.indexOf('Sources'))
    expect(answer.filter((line) => line.length > 59)).toEqual([])
    expect(lines.slice(-3)).toEqual([
      '',
      expect.stringMatching(
        /^vectrade-sandbox-simulated · tokens: 6 in, \d+ out · first token after \d+ ms$/,
      ),
      '',
    ])
    expect(code).toBe(0)
  })

  test('NO_COLOR removes the colors and leaves the spinner', async () => {
    const { stdout } = await runOnTerminal('--tokens-per-second 0 NVDA', { env: { NO_COLOR: '1' } })
    expect(stdout).toContain('Thinking')
    // oxlint-disable-next-line no-control-regex -- colors begin with one
    expect(stdout).not.toMatch(/\u001b\[[\d;]*m/)
  })

  test('a terminal without a cursor gets plain text', async () => {
    const { stdout } = await runOnTerminal('--tokens-per-second 0 NVDA', { env: { TERM: 'dumb' } })
    expect(stdout).toContain('## An analysis: NVDA')
    expect(stdout).not.toContain('\u001b')
  })

  test('--json is the same as on a pipe', async () => {
    const { stdout } = await runOnTerminal('--tokens-per-second 0 --json NVDA')
    const lines = stdout.replace(sequences, '').trimEnd().split('\r\n')
    const events = lines.slice(1).map((line) => JSON.parse(line) as { type: string })
    expect(events.at(-1)?.type).toBe('done')
  })

  test('Ctrl-C in the middle of an answer', async () => {
    const { stdout, code } = await runOnTerminal('NVDA', {
      when: ['speaks', (child) => void child.stdin?.write('\u0003')],
    })
    expect(stdout.replace(sequences, '')).toMatch(
      /What speaks[^]*\r\n\r\nStopped: the answer is not complete\.\r\n$/,
    )
    expect(stdout).not.toContain('What to watch')
    expect(code).toBe(130)
  })

  test('Ctrl-C during the wait prints a notice and shows the cursor again', async () => {
    await using sandbox = await startSandbox({ faults: { hang: true } })
    const { stdout, code } = await runOnTerminal('NVDA', {
      env: { VECTRADE_BASE_URL: sandbox.url, VECTRADE_API_KEY: sandbox.apiKey },
      when: ['Thinking', (child) => void child.stdin?.write('\u0003')],
    })
    expect(stdout.lastIndexOf(showCursor)).toBeGreaterThan(stdout.lastIndexOf(hideCursor))
    expect(stdout).toContain('Stopped: ')
    expect(code).toBe(130)
  })

  test('text from the server does not control it', async () => {
    const nasty = '\u001b]0;owned\u0007\u001b[2J\u001b[31mred\r\u009b1A'
    await using server = await serveEvents([
      { type: 'text', content: `before${nasty}after` },
      { type: 'done', content: '' },
    ])
    const { stdout } = await runOnTerminal('NVDA', { env: server.env })
    expect(stdout).toContain('before]0;owned[2J[31mred1Aafter')
    // oxlint-disable-next-line no-control-regex -- the output must have none of them
    expect(stdout).not.toMatch(/owned\u0007|\u001b\[2J|\u001b\[31m|\r(?!\n)|\u009b/)
  })
})
