import { startSandbox } from '@vectrade/sandbox'
import { startStopwatch, type Stopwatch } from '@vectrade/test-kit/stopwatch'
import { describe, expect, test } from 'vitest'
import { envOf, runDemo, runShell } from './test-support/run-demo.ts'
import { serveEvents } from './test-support/serve-events.ts'

const question = "What's the bull case for NVDA?"
const fast = ['--tokens-per-second', '0']
// oxlint-disable-next-line no-control-regex -- the output must have none of them
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

describe.concurrent('on a pipe', () => {
  test('stdout has the answer and its sources, and stderr has everything about them', async () => {
    const { stdout, stderr, code } = await runDemo([...fast, question])
    expect(stdout).toMatch(/^## The bull case: NVDA\n\n> \*\*Simulated answer\.\*\*/)
    expect(stdout).toContain('.[1] What speaks against it: ')
    expect(stdout).toMatch(
      /\n\nSources\n\[1\] NVDA: annual report \(simulated\)\n {4}https:\/\/\S+\n\[2\] /,
    )
    expect(stdout + stderr).not.toMatch(controls)
    expect(stderr).toMatch(
      /^Simulated answer from .*\nvectrade-sandbox-simulated · tokens: 6 in, \d+ out · first token after \d+ ms\n$/,
    )
    expect(code).toBe(0)
  })

  test('FORCE_COLOR adds colors, but nothing that moves the cursor', async () => {
    const { stdout } = await runDemo([...fast, question], { env: { FORCE_COLOR: '1' } })
    expect(stdout).toContain('\u001b[36m[1]\u001b[39m')
    // oxlint-disable-next-line no-control-regex -- a color begins with one
    expect(stdout.replace(/\u001b\[\d+m/g, '')).not.toMatch(controls)
  })

  test('--json prints each event as a line, and the last one is done', async () => {
    const { stdout, stderr, code } = await runDemo([...fast, '--json', question])
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string })
    expect(events[0]).toMatchObject({ type: 'metadata', simulated: true })
    expect(events.filter(({ type }) => type === 'citation')).toHaveLength(3)
    expect(events.at(-1)).toMatchObject({ type: 'done', usage: { prompt_tokens: 6 } })
    expect(stderr).toMatch(/^Simulated answer .*\n$/)
    expect(code).toBe(0)
  })

  test('the question comes from stdin if the arguments have none', async () => {
    const { stdout, code } = await runDemo(fast, { input: 'Bear case\nfor AMD?\n' })
    expect(stdout).toMatch(/^## The bear case: AMD\n/)
    expect(code).toBe(0)
  })

  test('without any question, it asks its own', async () => {
    const { stdout, stderr, code } = await runDemo(fast)
    expect(stdout).toMatch(/^## The bull case: NVDA\n/)
    expect(stderr).toContain(
      "No question was given, so here is one: What's the bull case for NVDA?\n",
    )
    expect(code).toBe(0)
  })

  test('symbols and the words of the question reach the API', async () => {
    await using sandbox = await startSandbox()
    const args = ['--base-url', sandbox.url, '--symbols', 'NVDA, AMD', 'Which', 'one?']
    const { stderr, code } = await runDemo(args, { env: { VECTRADE_API_KEY: sandbox.apiKey } })
    expect(sandbox.requests.map(({ body }) => body)).toEqual([
      { prompt: 'Which one?', symbols: ['NVDA', 'AMD'], stream: true },
    ])
    expect(stderr).toContain(`VecTrade at ${sandbox.url}\n`)
    expect(code).toBe(0)
  })

  test('when the reader leaves, it ends without an error', async () => {
    await using sandbox = await startSandbox({ tokensPerSecond: 40 })
    const script = `( eval "$DEMO" NVDA; echo "code $?" >&2 ) | head -n 1`
    const { stdout, stderr } = await runShell(script, { env: envOf(sandbox) })
    expect(stdout).toBe('## An analysis: NVDA\n')
    expect(stderr).toBe(`VecTrade at ${sandbox.url}\ncode 0\n`)
    await sandbox.requests[0]?.done
    expect(sandbox.requests.map(({ closed }) => closed)).toEqual(['client'])
  })

  test('an output that cannot be written is a failure', async () => {
    const script = `eval "$DEMO" ${fast.join(' ')} NVDA > /dev/full`
    const { stderr, code } = await runShell(script)
    expect(stderr).toMatch(/^Simulated .*\nerror The output cannot be written \(ENOSPC\)\n$/)
    expect(code).toBe(1)
  })
})

describe.concurrent('who answers', () => {
  test('a key without a base URL is not used, and a notice says so', async () => {
    const env = { VECTRADE_API_KEY: 'vq_somebodys_real_key' }
    const { stderr, code } = await runDemo([...fast, question], { env })
    expect(stderr).toMatch(
      /^Simulated .*\nVECTRADE_API_KEY is not used; --base-url https:\S+ uses it\.\n/,
    )
    expect(code).toBe(0)
  })

  test('--base-url takes precedence over VECTRADE_BASE_URL', async () => {
    await using sandbox = await startSandbox()
    const env = { ...envOf(sandbox), VECTRADE_BASE_URL: 'http://127.0.0.1:1/v1' }
    const { code } = await runDemo(['--base-url', sandbox.url, question], { env })
    expect(sandbox.requests).toHaveLength(1)
    expect(code).toBe(0)
  })

  test('a simulated answer is called simulated, whatever the name of its model', async () => {
    await using server = await serveEvents([
      { type: 'metadata', content: '', model: 'vq-1', simulated: true },
      { type: 'text', content: 'Yes.' },
      { type: 'done', content: '' },
    ])
    const { stdout, stderr } = await runDemo([question], { env: server.env })
    expect(stdout).toBe('Yes.\n')
    expect(stderr).toMatch(/\nvq-1 · simulated · first token after \d+ ms\n$/)
  })
})

describe.concurrent('what the server sends', () => {
  test('the same source has the same number, and only web addresses are shown', async () => {
    const cite = (source: string, url: string) =>
      ({ type: 'citation', content: '', source, url }) as const
    await using server = await serveEvents([
      { type: 'text', content: 'One' },
      cite('10-K', 'https://example.com/10-k'),
      { type: 'text', content: ', two \n' },
      cite('10-K', 'https://example.com/10-q'),
      cite('10-K', 'https://example.com/10-k'),
      { type: 'text', content: 'three' },
      cite('Bad\nsource', 'javascript:alert(1)'),
      { type: 'text', content: '.\n\n\n' },
      { type: 'done', content: '' },
    ])
    const { stdout } = await runDemo([question], { env: server.env })
    expect(stdout).toBe(
      `One[1], two[2][1] \nthree[3].

Sources
[1] 10-K
    https://example.com/10-k
[2] 10-K
    https://example.com/10-q
[3] Bad source
    (no web address)
`,
    )
  })

  test('control characters are not printed, in any field or format', async () => {
    const nasty = '\u001b]0;owned\u0007\u001b[2J\r\u009b31m\u0000\u0008\u007f\u202e\u2067'
    await using server = await serveEvents([
      { type: 'metadata', content: '', model: `m${nasty}` },
      { type: 'text', content: `a${nasty}\tb\r\n` },
      { type: 'citation', content: '', source: `s${nasty}`, url: `https://example.com/${nasty}` },
      { type: 'unknown', content: '', wireType: nasty, data: { type: nasty } },
      { type: 'done', content: '' },
    ])
    const plain = await runDemo([question], { env: server.env })
    expect(plain.stdout).toContain('a]0;owned[2J31m\tb')
    expect(plain.stdout + plain.stderr).not.toMatch(controls)

    const json = await runDemo(['--json', question], { env: server.env })
    expect(json.stdout + json.stderr).not.toMatch(controls)
    const events = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(events[1]).toEqual({ type: 'text', content: `a${nasty}\tb\r\n` })
  })
})

describe('signals', () => {
  test('Ctrl-C ends an answer within a second and keeps what had arrived', async () => {
    // An answer that has begun and never ends.
    await using sandbox = await startSandbox({ faults: { stallAfterEvents: 60 } })
    let watch: Stopwatch | undefined
    const { stdout, stderr, code } = await runDemo([question], {
      env: envOf(sandbox),
      when: [
        'What speaks for it',
        (child) => {
          watch = startStopwatch()
          child.kill('SIGINT')
        },
      ],
    })
    expect(watch?.ms).toBeLessThan(1_000)
    expect(code).toBe(130)
    expect(stdout).toMatch(/^## The bull case: NVDA\n[^]*What speaks for it/)
    expect(stdout).toMatch(/\n$/)
    expect(stderr).toMatch(/\nStopped: the answer is not complete\.\n$/)
    await sandbox.requests[0]?.done
    expect(sandbox.requests.map(({ closed }) => closed)).toEqual(['client'])
  })

  test('SIGTERM does the same, and also works with the sandbox in the same process', async () => {
    const { stdout, code } = await runDemo([question], {
      when: ['## The', (child) => void child.kill('SIGTERM')],
    })
    expect(stdout).not.toContain('What to watch')
    expect(code).toBe(143)
  })
})

test('--help and --version', async () => {
  const help = await runDemo(['--help'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toMatch(/^Usage: demo [^]*--base-url[^]*VECTRADE_API_KEY/)
  const version = await runDemo(['--version'])
  expect(version).toMatchObject({ code: 0, stderr: '' })
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
})
