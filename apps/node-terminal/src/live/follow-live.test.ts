import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { describe, expect, test } from 'vitest'
import { runDemo, runOnTerminal, runShell } from '../test-support/run-demo.ts'
import { screenOf } from '../test-support/screen.ts'

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

/** Returns variables that make the demo follow this sandbox instead of its own. */
function envOf(sandbox: Sandbox): Record<string, string> {
  return { VECTRADE_LIVE_URL: sandbox.liveURL, VECTRADE_API_KEY: sandbox.apiKey }
}

function eventsOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe.concurrent('in a pipe', () => {
  test('each event is a line of JSON, and Ctrl-C ends it with 0', async () => {
    const { stdout, stderr, code } = await runDemo(['live', 'nvda', 'AMD,VQTEST'], {
      when: [
        [/"NVDA"/, /"AMD"/, /quote\.update/, /alert\.triggered/, /news\.published/],
        (child) => void child.kill('SIGINT'),
      ],
    })
    const events = eventsOf(stdout)
    const symbols = events.map((event) => event['symbol'] ?? event['symbols'])
    expect(symbols).toContain('NVDA')
    expect(symbols).toContain('AMD')
    expect(events.filter(({ simulated }) => simulated !== true)).toEqual([])
    expect(stderr).toBe('Simulated data from the built-in sandbox: no market data.\n')
    expect(code).toBe(0)
  })

  test('--channels chooses what comes', async () => {
    await using sandbox = await startSandbox({ live: { interval: 10 } })
    const { stdout, stderr } = await runDemo(['live', '--channels', 'news, alerts', 'VQTEST'], {
      env: envOf(sandbox),
      when: ['news.published', (child) => void child.kill('SIGINT')],
    })
    expect(eventsOf(stdout).map(({ type }) => type)).not.toContain('quote.update')
    expect(stderr).toBe(`VecTrade at ${sandbox.liveURL}\n`)
  })

  test('without symbols, it follows its own', async () => {
    const { stdout, code } = await runDemo(['live'], {
      when: [[/"TSLA"/, /"NVDA"/], (child) => void child.kill('SIGINT')],
    })
    expect(eventsOf(stdout).length).toBeGreaterThan(1)
    expect(code).toBe(0)
  })

  test('a live URL of http uses Server-Sent Events, and a reader who leaves ends it with 0', async () => {
    await using sandbox = await startSandbox({ live: { interval: 10 } })
    const command = `live --live-url ${sandbox.url}/live VQTEST`
    const { stdout, stderr } = await runShell(
      `( eval "$DEMO" ${command}; echo "code $?" >&2 ) | head -n 2`,
      { env: { VECTRADE_API_KEY: sandbox.apiKey } },
    )
    expect(eventsOf(stdout)).toHaveLength(2)
    expect(stderr).toBe(`VecTrade at ${sandbox.url}/live\ncode 0\n`)
    await sandbox.requests[0]?.done
    expect(sandbox.requests.map(({ path, closed }) => ({ path, closed }))).toEqual([
      { path: expect.stringContaining('/v1/live') as string, closed: 'client' },
    ])
  })

  test('a gap is an event like the others', async () => {
    await using sandbox = await startSandbox({
      live: { interval: 10, faults: [{ cutAfterEvents: 3 }] },
    })
    const { stdout, code } = await runDemo(['live', '--channels', 'quotes', 'VQTEST'], {
      env: envOf(sandbox),
      when: ['"gap"', (child) => void child.kill('SIGINT')],
    })
    expect(eventsOf(stdout)).toContainEqual({ type: 'gap', reason: 'upstream' })
    expect(code).toBe(0)
  })
})

describe.concurrent('failures are one line and exit code 1', () => {
  test('a key that is not valid', async () => {
    await using sandbox = await startSandbox()
    const env = { ...envOf(sandbox), VECTRADE_API_KEY: 'vq_wrong_key' }
    const { stdout, stderr, code } = await runDemo(['live'], { env })
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      /\nerror [^\n]+\. Set VECTRADE_API_KEY to a key that is valid there\. \(request req_\S+\)\n$/,
    )
    expect(code).toBe(1)
  })

  test.each([
    [['--channels', 'quotes,'], '--channels takes a list such as quotes,alerts,news'],
    [['--symbols', 'NVDA'], "Unknown option '--symbols' (--help lists the options)"],
    [
      ['--api-key=vq_secret_key'],
      'There is no --api-key, because others could see it: set VECTRADE_API_KEY',
    ],
    [['--live-url', 'ftp://example.com'], expect.stringContaining('VECTRADE_LIVE_URL')],
  ])('%j', async (args, message) => {
    const env = { VECTRADE_API_KEY: 'vq_any_key' }
    const { stdout, stderr, code } = await runDemo(['live', ...args], { env })
    expect(stdout).toBe('')
    const [, text] = /^error (.+)\n$/.exec(stderr) ?? []
    expect(text).toEqual(message)
    expect(code).toBe(1)
  })
})

describe.concurrent('on a terminal', () => {
  test('a table that changes in its place, with alerts and news above it', async () => {
    const { stdout, code } = await runOnTerminal('live VQTEST NVDA', {
      when: [
        [/ beats /, /alert/, /VQTEST[^\n]*%/, /NVDA[^\n]*%/],
        (child) => void child.stdin?.write('\u0003'),
      ],
    })
    const lines = screenOf(stdout)
    expect(lines[0]).toBe('Simulated data from the built-in sandbox: no market data.')
    expect(lines.filter((line) => line.startsWith('Symbol'))).toHaveLength(1)
    expect(lines.slice(-6)).toEqual([
      '',
      expect.stringMatching(/^Symbol +Price +Change +Change % +Time$/),
      expect.stringMatching(/^VQTEST +[\d.]+ +[+−]?[\d.]+ +[+−]?[\d.]+% +\d\d:\d\d:\d\d$/),
      expect.stringMatching(/^NVDA +[\d.]+ +[+−]?[\d.]+ +[+−]?[\d.]+% +\d\d:\d\d:\d\d$/),
      'Simulated · ended',
      '',
    ])
    expect(lines).toContainEqual(expect.stringMatching(/^news {3}\S+ {2}.*beats/))
    expect(lines).toContainEqual(expect.stringMatching(/^alert {2}\S+ {2}/))
    expect(stdout).toContain('\u001b[32mlive')
    expect(stdout.indexOf(hideCursor)).toBeGreaterThan(0)
    expect(stdout.lastIndexOf(showCursor)).toBeGreaterThan(stdout.lastIndexOf(hideCursor))
    expect(code).toBe(0)
  })

  test('the table says when the connection is lost, and when something may be missing', async () => {
    // The wait is longer than the time between two drawings.
    const faults = [{ cutAfterEvents: 3 }, { status: 503, retryAfter: 1 }]
    await using sandbox = await startSandbox({ live: { interval: 10, faults } })
    const { stdout } = await runOnTerminal('live --channels quotes VQTEST', {
      env: envOf(sandbox),
      when: ['(upstream)', (child) => void child.stdin?.write('\u0003')],
    })
    expect(stdout).toContain('gap\u001b[39m    events may be missing (upstream)')
    expect(stdout).toContain('\u001b[31mreconnecting')
  })

  test('an error is below the table, and the cursor is shown again', async () => {
    await using sandbox = await startSandbox()
    const { stdout, code } = await runOnTerminal('live', {
      env: { ...envOf(sandbox), VECTRADE_API_KEY: 'vq_wrong_key' },
    })
    expect(screenOf(stdout).slice(-3)).toEqual([
      'ended',
      expect.stringMatching(/^error .*Set VECTRADE_API_KEY/),
      '',
    ])
    expect(stdout.lastIndexOf(showCursor)).toBeGreaterThan(stdout.lastIndexOf(hideCursor))
    expect(code).toBe(1)
  })

  test('a terminal without a cursor, and --json, get lines of JSON', async () => {
    const one = await runOnTerminal('live --json NVDA', {
      when: ['quote.update', (child) => void child.stdin?.write('\u0003')],
    })
    const other = await runOnTerminal('live NVDA', {
      env: { TERM: 'dumb' },
      when: ['quote.update', (child) => void child.stdin?.write('\u0003')],
    })
    for (const { stdout, code } of [one, other]) {
      expect(stdout).toMatch(/\{"type":"quote\.update","symbol":"NVDA"/)
      expect(stdout).not.toContain(hideCursor)
      expect(code).toBe(0)
    }
  })
})
